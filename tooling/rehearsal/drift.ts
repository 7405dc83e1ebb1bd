import type { DriftOutcome } from "../drift/run";
import { driftJson, driftText } from "../drift/screen";
import { exitCodeOf } from "../drift/drift";
import { severities } from "../drift/types";
import { byText } from "../review/text";
import { ensureToolchain } from "../toolchain/ensure";
import { UserError } from "../ui";
import type { DriftRequest } from "./driftProcess";
import { driftInProcess } from "./driftProcess";
import { readRecord, stacksOf } from "./instance";
import { remaining } from "./lost";
import type { InstancePaths } from "./paths";

export interface RehearsalDriftArgs {
  readonly paths: InstancePaths;
  readonly heal: boolean;
  readonly json: boolean;
  /** modelOwner, infrastructureProvider, or a party's name; default all. */
  readonly party?: string;
  readonly known: readonly string[];
  readonly signal: AbortSignal;
}

/** Every party of a rehearsal looks at its own clusters with its own stacks' states. */
export async function rehearsalDrift(args: RehearsalDriftArgs): Promise<{ text: string; exitCode: number }> {
  const { paths, heal, json, known, signal } = args;
  const record = readRecord(paths);
  if (!record) throw new UserError(`There is no rehearsal ${paths.instance}.`, "`npm run rehearse` makes one.");
  const factory = remaining(paths, record.factory);
  // Programs that a party's process would start to build at the same time as the others'.
  const { binDir, pulumiRoot } = await ensureToolchain({ groups: ["engine", "state", "test"], signal });
  const { trust, providers } = stacksOf(paths, factory);
  const common = {
    engine: { binDir, pulumiRoot },
    tenant: factory.parties.modelOwner,
    unit: factory.isolationUnit,
    exceptions: factory.exceptions,
    heal,
    known,
  };
  const requests: DriftRequest[] = [
    {
      ...common,
      party: { role: "modelOwner", name: factory.parties.modelOwner },
      stacks: [{ role: "trust", place: trust.place }],
    },
    ...providers.map(({ provider, infrastructure, workloadShards }): DriftRequest => ({
      ...common,
      party: { role: "infrastructureProvider", name: provider },
      stacks: [
        { role: "infrastructure", place: infrastructure.place },
        ...workloadShards.map(({ place }) => ({ role: "workloads", place }) as const),
      ],
    })),
  ];
  const asked = requests.filter(({ party }) => [undefined, party.role, party.name].includes(args.party));
  if (asked.length === 0)
    throw new UserError(
      `--party ${args.party} is none of this rehearsal; write modelOwner, infrastructureProvider, ${requests.map(({ party }) => party.name).join(" or ")}.`,
    );
  const outcomes = await Promise.all(asked.map((request) => driftInProcess(request, signal)));
  const whole = merged(outcomes);
  const screen = { ...whole, simulated: true };
  return { text: json ? driftJson(screen) : driftText(screen), exitCode: exitCodeOf(whole.report) };
}

function merged(outcomes: readonly DriftOutcome[]): DriftOutcome {
  const findings = outcomes.flatMap(({ report }) => report.findings);
  const healed = outcomes.flatMap((outcome) => outcome.healed ?? []);
  return {
    report: {
      // Each party's own are in order already, and sorting is stable.
      findings: [...findings].sort((a, b) => byText(rank(a.severity), rank(b.severity))),
      unlooked: outcomes.flatMap(({ report }) => report.unlooked),
      compared: outcomes.reduce((sum, { report }) => sum + report.compared, 0),
    },
    ...(healed.length > 0 && {
      healed: {
        done: healed.flatMap(({ done }) => done),
        refused: healed.flatMap(({ refused }) => refused),
        failed: healed.flatMap(({ failed }) => failed),
      },
    }),
  };
}

const rank = (severity: (typeof severities)[number]) => String(severities.indexOf(severity));
