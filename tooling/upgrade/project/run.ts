import { existsSync } from "node:fs";
import type { Release } from "../../../components/workload/release";
import { readTrustConfig } from "../../commands/release/configuration";
import { KubeApi } from "../../controlplane/api";
import { newPrivateDirectory } from "../../controlplane/files";
import { withLock } from "../../controlplane/lock";
import { defaultKubeconfig, kubeconfigCredentials } from "../../doctor/collect/kubeconfig";
import { ensureToolchain } from "../../toolchain/ensure";
import { UserError } from "../../ui";
import { Judge } from "../judge";
import { KeyBrokers } from "../keyBrokers";
import type { ReleasePair, UpgradePlan } from "../plan";
import { atStart, nextStep, turnBack } from "../progress";
import { RecordFile } from "../record";
import type { ProcedureRecord } from "../record";
import { run } from "../run";
import { planScreen, standing, stepLines } from "../screen";
import { planForOwner } from "./planOwner";
import { ProjectWorld } from "./world";

export interface ProjectUpgradeOptions {
  readonly config: string;
  readonly dir: string;
  /** Folder of the record. */
  readonly record: string;
  readonly days: number;
  readonly kubeconfig?: string;
  readonly context?: string;
  /** The key broker is not looked at; its steps are confirmed. */
  readonly blind?: boolean;
  readonly confirm?: string;
}

interface Inputs {
  readonly pairs: readonly (Omit<ReleasePair, "former" | "next"> & {
    readonly former: Release;
    readonly next: Release;
  })[];
}

type Stored = ProcedureRecord<UpgradePlan, Inputs>;

/** `trustfoundry upgrade <action>`: a model owner's way, with what the other parties have to do in between. */
export async function projectUpgrade(
  action: "plan" | "apply" | "status" | "resume" | "rollback",
  options: ProjectUpgradeOptions,
  signal: AbortSignal,
): Promise<string> {
  const command = `npm run trustfoundry -- upgrade`;
  if (action === "plan") return planScreenOf(begun(options));
  const store = new RecordFile<UpgradePlan, Inputs>(options.record);
  const stored = store.read();
  if (action === "status")
    return stored
      ? [...stepLines(stored.plan, stored.progress), "", standingOf(stored, command)].join("\n")
      : `No upgrade is recorded in ${options.record}.`;
  return withLock(newPrivateDirectory(options.record), signal, async (held) => {
    const record = toRun(action, options, stored);
    store.write(record);
    const { cluster, close } = await openCluster(options, record, held);
    const { config: configFile, dir } = options;
    const world = new ProjectWorld({
      plan: record.plan,
      pairs: record.inputs.pairs,
      config: readTrustConfig(configFile),
      configFile,
      dir,
      cluster,
      confirmed: options.confirm,
    });
    try {
      const ended = await run({
        record,
        save: (each) => store.write(each),
        next: nextStep,
        world,
        now: () => new Date().toISOString(),
        tell: async (step, work) => console.log(`✔ ${step.id} (${step.party}): ${await work(() => undefined)}`),
        signal: held,
      });
      return standingOf(ended, command);
    } finally {
      await close();
    }
  });
}

function begun({ config, dir, days }: ProjectUpgradeOptions): Stored {
  const until = new Date(Date.now() + days * 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
  const { plan, pairs } = planForOwner({ config, dir, until });
  return { formatVersion: 1, plan, progress: atStart, inputs: { pairs } };
}

function toRun(
  action: "apply" | "resume" | "rollback",
  options: ProjectUpgradeOptions,
  stored: Stored | undefined,
): Stored {
  const unfinished = stored !== undefined && nextStep(stored.plan, stored.progress) !== undefined;
  if (action === "apply") return stored && unfinished ? stored : begun(options);
  if (!stored) throw new UserError(`No upgrade is recorded in ${options.record}.`, "Begin with `apply`.");
  if (action === "rollback") {
    if (!unfinished && stored.progress.direction === "forward")
      throw new UserError(
        "The upgrade is done, so going back is an upgrade of its own.",
        "Declare what was before, and `apply`.",
      );
    return { ...stored, progress: turnBack(stored.progress) };
  }
  return stored;
}

async function openCluster(
  { kubeconfig, context, blind, config }: ProjectUpgradeOptions,
  { inputs }: Stored,
  signal: AbortSignal,
) {
  if (blind) return { cluster: undefined, close: () => Promise.resolve() };
  const file = kubeconfig ?? defaultKubeconfig();
  if (!existsSync(file))
    throw new UserError(
      `There is no ${file}.`,
      "Name the owner's cluster by --kubeconfig, or take the key broker's steps at your word by --blind.",
    );
  const own = readTrustConfig(config).cluster.context;
  const api = new KubeApi(await kubeconfigCredentials(file, context ?? own, signal));
  const { tools } = await ensureToolchain({ groups: ["policy"], signal });
  const opa = tools.find(({ name }) => name === "opa")?.path;
  if (opa === undefined) throw new Error("the toolchain has no opa");
  const judge = new Judge(
    opa,
    inputs.pairs.flatMap(({ former, next }) => [former, next]),
  );
  const close = async () => {
    await judge.remove();
    api.close();
  };
  return { cluster: { keyBrokers: new KeyBrokers(api), judge }, close };
}

/** A rehearsal sees every replica; here, what runs at providers is at their word, and evidence of it is the data owner's to ask for. */
function standingOf({ plan, progress }: Stored, command: string): string {
  if (nextStep(plan, progress)) return standing(plan, progress, command);
  const done = progress.direction === "forward" ? "Done" : "Rolled back";
  return `${done}: each step was seen or confirmed. What runs at providers is at their word; \`verify\` judges the evidence of each guest.`;
}

function planScreenOf({ plan, progress }: Stored): string {
  return planScreen(plan, progress);
}
