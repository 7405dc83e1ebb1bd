import { existsSync } from "node:fs";
import { join } from "node:path";
import { runSteps } from "../progress";
import { kubectlOf } from "../repair/live";
import { fileLocks, leaseLocks, removeLocks } from "../repair/locks";
import type { RepairPlan, RepairedStack } from "../repair/repair";
import { applyRepair, nothingToRepair, planRepair, planText } from "../repair/repair";
import { leases } from "../state/leases";
import type { Toolchain } from "../toolchain/ensure";
import { ensureToolchain } from "../toolchain/ensure";
import { UserError } from "../ui";
import { everyStack, readRecord, stacksOf } from "./instance";
import { remaining } from "./lost";
import type { InstancePaths } from "./paths";
import { stateDirectory } from "./paths";
import type { StackEngine, StackPlace } from "./stackRunner";

export interface RepairOptions {
  /** Only say what would be done. */
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** What a killed run left on a rehearsal's stacks: explained, and repaired unless asked not to. Returns the last screen. */
export async function repair(paths: InstancePaths, { dryRun, signal }: RepairOptions): Promise<string> {
  const record = readRecord(paths);
  if (!record) throw new UserError(`There is no rehearsal ${paths.instance}.`, "`npm run rehearse` makes one.");
  const toolchain = await ensureToolchain({ groups: ["engine", "state", "controlPlane"], signal });
  const all = everyStack(stacksOf(paths, remaining(paths, record.factory)));
  const made = all.filter(({ place }) => existsSync(place.directory));
  const plans: RepairPlan[] = [];
  for (const { place } of made) plans.push(await planRepair(await repairedStack(place, toolchain, signal)));
  const wanted = plans.filter((plan) => !nothingToRepair(plan));
  if (wanted.length === 0) return "Nothing to repair: no stack is locked, and no operation is pending.";
  const text = wanted.map(planText).join("\n\n");
  if (dryRun) return `${text}\n\nNothing was changed. Without --dry-run this is done.`;
  await runSteps(wanted.map((plan) => ({ title: `Repair ${plan.stack.name}`, run: async () => applyRepair(plan) })));
  return `\n${text}\n\nDone. Run the command again that was interrupted; it continues where it stopped.`;
}

/** One party's stack for repair, with that party's own credentials. */
export async function repairedStack(
  place: StackPlace,
  { binDir, pulumiRoot }: Pick<Toolchain, "binDir" | "pulumiRoot">,
  signal?: AbortSignal,
): Promise<RepairedStack> {
  const engine: StackEngine = { binDir, pulumiRoot };
  // The Automation API takes longer to load than all other commands need to run.
  const { exportState, importState } = await import("./stackState.js");
  return {
    name: place.stackName,
    exportState: () => exportState({ place, engine }),
    importState: (state) => importState({ place, engine }, state),
    seesEveryRun: true,
    locks: async () => {
      const directory = stateDirectory(place);
      return [...leaseLocks(await leases({ directory, binDir }), place.stackName), ...fileLocks(directory)];
    },
    release: (locks) => Promise.resolve(removeLocks(locks)),
    kubectl: kubectlOf(join(binDir, "kubectl"), place.kubeconfig, signal),
  };
}
