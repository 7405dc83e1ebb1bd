import { setTimeout as wait } from "node:timers/promises";
import type { KubeApi } from "../controlplane/api";
import type { ControlPlane } from "../controlplane/controlPlane";
import { runSteps } from "../progress";
import { UserError } from "../ui";
import type { RehearsalStack } from "./instance";
import type { Observation } from "./observe";
import { observe, waitingLine } from "./observe";

/** Where the pods to be watched are. */
interface Scheduling {
  readonly controlPlanes: readonly ControlPlane[];
  /** Of the confidential pods. */
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** Begins to look at the pods of a stack that is being deployed. */
export type Watch = (stack: RehearsalStack, show: (line: string) => void) => { readonly stop: () => void };

const lookEveryMilliseconds = 2_000;

/** While the engine waits for pods, says which of them wait and why. */
export function watcher({ controlPlanes, namespace, signal }: Scheduling): Watch {
  return (stack, show) => {
    const api = apiOf(controlPlanes, stack.cluster);
    const look = async () => {
      // What cannot be seen now is looked for again later; the engine's own report decides.
      const seen = await observe(api, namespace, signal).catch(() => undefined);
      const line = seen && waitingLine(seen);
      if (line) show(line);
    };
    const timer = setInterval(() => void look(), lookEveryMilliseconds);
    return { stop: () => clearInterval(timer) };
  };
}

/** How long the scheduler may take to decide about every pod. */
const settleMilliseconds = 60_000;

/** Waits until every pod runs or has been told why not, and says where all of them are. */
export async function settle(
  stacks: readonly RehearsalStack[],
  { controlPlanes, namespace, signal }: Scheduling,
): Promise<Record<string, Observation>> {
  const observations: Record<string, Observation> = {};
  await runSteps([
    {
      title: "Scheduling",
      run: async (show) => {
        for (const stack of stacks) {
          const api = apiOf(controlPlanes, stack.cluster);
          const end = Date.now() + settleMilliseconds;
          let seen = await observe(api, namespace, signal);
          while (!seen.decided && Date.now() < end) {
            show(waitingLine(seen) ?? "");
            await wait(250, undefined, { signal });
            seen = await observe(api, namespace, signal);
          }
          observations[stack.party] = seen;
        }
        const wrong = Object.values(observations).flatMap(({ misplaced }) => misplaced);
        if (wrong.length > 0)
          throw new UserError(`The scheduler placed pods where they must not be: ${wrong.join("; ")}`);
        const all = Object.values(observations).flatMap(({ placements }) => placements);
        const running = all.filter(({ state }) => state === "running").length;
        return `${running} of ${all.length} confidential pods run`;
      },
    },
  ]);
  return observations;
}

function apiOf(controlPlanes: readonly ControlPlane[], cluster: string): KubeApi {
  const found = controlPlanes.find(({ name }) => name === cluster);
  if (!found) throw new Error(`no control plane ${cluster}`);
  return found.api;
}
