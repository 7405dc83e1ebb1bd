import type { Exception } from "../../policies/exceptions";
import type { IsolationUnit } from "../../policies/isolation";
import { judge } from "../report/policyResults";
import type { ReadResource } from "../report/reading";
import { UserError } from "../ui";
import { findDrift, reportOf } from "./drift";
import type { DriftFound } from "./drift";
import { objectsOf } from "./found";
import type { LookedStack } from "./found";
import type { Healed } from "./heal";
import { heal } from "./heal";
import type { AskedStack } from "./look";
import { prepare } from "./look";
import type { DriftReport } from "./types";

/** A stack with what is needed to judge it before anything of it is applied again. */
export interface JudgedStack extends AskedStack {
  readonly resources: readonly ReadResource[];
  readonly unit: IsolationUnit;
  readonly exceptions: readonly Exception[];
}

export interface DriftArgs {
  readonly stacks: readonly JudgedStack[];
  readonly heal: boolean;
  /** Foreign objects that are known and meant: `<kind>/<name>`. */
  readonly known: readonly string[];
  readonly helm: () => Promise<string>;
  readonly now: Date;
  readonly signal?: AbortSignal;
}

export interface DriftOutcome {
  /** After healing, where that was asked for. */
  readonly report: DriftReport;
  readonly healed?: Healed;
}

export interface DriftScreen extends DriftOutcome {
  readonly simulated: boolean;
}

/** Heals again what shows only once the first is healed: pods are older than files that were just made. */
const rounds = 3;

/** Looks; and where healing is asked for, judges what would be applied, applies it, and looks again. */
export async function drift(args: DriftArgs): Promise<DriftOutcome> {
  let seen = await look(args);
  if (!args.heal) return { report: reportOf(seen) };
  requireOurCluster(seen);
  if (seen.found.length > 0) requireLawful(args);
  const all = { done: [] as string[], refused: [] as string[], failed: [] as string[] };
  for (let round = 0; round < rounds && seen.found.some(({ finding }) => finding.healing.kind !== "refused"); round++) {
    const healed = await heal({
      found: seen.found,
      apiOf: ({ stack }) => apiOf(args.stacks, stack.stackName),
      ...(args.signal && { signal: args.signal }),
    });
    all.done.push(...healed.done);
    all.refused = [...healed.refused];
    all.failed = [...healed.failed];
    if (healed.done.length === 0) break;
    seen = await look(args);
  }
  return { report: reportOf(seen), healed: all };
}

interface Seen extends DriftFound {
  readonly stacks: readonly LookedStack[];
}

async function look({ stacks, helm, known, signal }: DriftArgs): Promise<Seen> {
  const prepared = await prepare({ stacks, helm, ...(signal && { signal }) });
  const found = await findDrift(prepared.stacks, known);
  return { ...found, unlooked: [...prepared.unlooked, ...found.unlooked], stacks: prepared.stacks };
}

function apiOf(stacks: readonly AskedStack[], name: string) {
  const found = stacks.find(({ stack }) => stack.stackName === name);
  if (!found) throw new Error(`no stack ${name}`);
  return found.api;
}

/** A kubeconfig can lead elsewhere: a cluster that has nothing of ours is not given everything, keys among it. */
export function requireOurCluster({ found, stacks }: Pick<Seen, "found" | "stacks">): void {
  for (const { look } of stacks) {
    const here = stacks.filter((each) => each.look.server === look.server);
    const ours = here.flatMap(objectsOf).filter(({ partial }) => !partial).length;
    const gone = found.filter(
      ({ of, finding, wanted, live }) =>
        of.look.server === look.server && finding.change === "deleted" && wanted?.partial === false && !live,
    ).length;
    if (ours > 0 && gone >= ours)
      throw new UserError(
        `Nothing was healed: none of the ${ours} objects of ${here.map(({ stack }) => stack.stackName).join(", ")} is in the cluster at ${look.server}.`,
        "Make sure that the kubeconfig's context leads to the cluster of these stacks. Where it does, `pulumi up --refresh` makes them again.",
      );
  }
}

/** What was applied once is held against today's rules before it is applied again, as a preview would. */
function requireLawful({ stacks, now }: DriftArgs): void {
  const refused = stacks.flatMap(({ stack, resources, unit, exceptions }) =>
    judge({ resources, pack: "baseline", unit, exceptions, now })
      .findings.filter(({ level }) => level === "mandatory")
      .map(({ rule, resource, path, message }) => `${stack.stackName}: ${rule}: ${resource} ${path}: ${message}`),
  );
  if (refused.length > 0)
    throw new UserError(
      "Nothing was healed: what was applied last is refused by rules of the baseline pack by now.",
      "Correct the configuration and run `pulumi up`, which applies what the rules let pass; then look for drift again.",
      refused.slice(0, 10),
    );
}
