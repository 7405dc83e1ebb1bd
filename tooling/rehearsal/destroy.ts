import { existsSync, readdirSync, rmSync } from "node:fs";
import { instanceDestroy, instanceUp } from "../controlplane/instance";
import { runSteps } from "../progress";
import type { RepairPlan } from "../repair/repair";
import { applyRepair, nothingToRepair, planRepair } from "../repair/repair";
import { inspectStates } from "../state/leases";
import { ensureToolchain } from "../toolchain/ensure";
import type { RehearsalStack } from "./instance";
import { clustersOf, readRecord, stacksOf } from "./instance";
import { remaining } from "./lost";
import type { InstancePaths } from "./paths";
import { stateDirectory } from "./paths";
import { repairedStack } from "./repair";
import type { StackRun } from "./stackRunner";

/**
 * Takes a rehearsal down as its parties would: workloads, then infrastructure and trust, each by the engine until its
 * state is empty; then control planes, credentials and keys. Returns false where there was nothing.
 */
export async function destroy(paths: InstancePaths, signal: AbortSignal): Promise<boolean> {
  const record = readRecord(paths);
  if (!record) {
    // What a killed first start left: no stack was ever made.
    await instanceDestroy({ directory: paths.controlPlanes });
    const leftovers = existsSync(paths.root);
    rmSync(paths.root, { recursive: true, force: true });
    return leftovers;
  }
  // The engine's Automation API takes longer to load than all other commands need to run.
  const { removeStack, runStack } = await import("./stackRunner.js");
  const { binDir, pulumiRoot } = await ensureToolchain({ groups: ["engine", "controlPlane"], signal });
  // Of a lost provider nobody deletes anything: it is not there to be told. Its files go with all others.
  const factory = remaining(paths, record.factory);
  const { trust, providers } = stacksOf(paths, factory);
  const made = (stacks: readonly RehearsalStack[]) => stacks.filter(({ place }) => existsSync(place.directory));
  const workloads = made(providers.flatMap((provider) => provider.workloadShards));
  const others = made([trust, ...providers.map((provider) => provider.infrastructure)]);
  const runOf = ({ place }: RehearsalStack): StackRun => ({
    place,
    engine: { pulumiRoot, binDir },
    // Destroying reads the state alone.
    program: () => Promise.resolve(),
    config: {},
    policyPacks: [],
    signal,
  });
  const destroyAll = (stacks: readonly RehearsalStack[]) =>
    runSteps(
      stacks.map((stack) => ({
        title: `Destroy ${stack.place.stackName}`,
        run: async (show) => {
          const run = { ...runOf(stack), onProgress: show };
          const { changes } = await runStack("destroy", run);
          await removeStack(run);
          return `${changes.delete ?? 0} resources deleted, state empty`;
        },
      })),
      { concurrent: true },
    );

  if (workloads.length + others.length > 0) {
    await runSteps([
      {
        title: "Control planes, to delete what the stacks hold",
        run: async (show) => {
          const running = await instanceUp({
            directory: paths.controlPlanes,
            bin: (tool) => `${binDir}/${tool}`,
            clusters: clustersOf(factory),
            signal,
            onProgress: (cluster, step) => show(`${cluster}: ${step}`),
          });
          for (const { api } of running) api.close();
        },
      },
      {
        title: "What killed runs left",
        run: async () => {
          const plans: RepairPlan[] = [];
          for (const { place } of [...workloads, ...others]) {
            const states = await inspectStates({ directory: stateDirectory(place), binDir });
            if (states.every(({ pendingOperations }) => pendingOperations.length === 0)) continue;
            const stack = await repairedStack(place, { binDir, pulumiRoot }, signal);
            plans.push(await planRepair(stack, { ending: true }));
          }
          const wanted = plans.filter((plan) => !nothingToRepair(plan));
          for (const plan of wanted) await applyRepair(plan);
          return wanted.length === 0 ? "nothing" : `repaired: ${wanted.map(({ stack }) => stack.name).join(", ")}`;
        },
      },
    ]);
    await destroyAll(workloads);
    await destroyAll(others);
  }
  await runSteps([
    {
      title: "Control planes, credentials and keys",
      run: async () => {
        await instanceDestroy({ directory: paths.controlPlanes });
        rmSync(paths.root, { recursive: true, force: true });
      },
    },
  ]);
  return true;
}

/** Names of the rehearsals on this machine. */
export function instanceNames(home: string): string[] {
  return existsSync(home) ? readdirSync(home).sort() : [];
}
