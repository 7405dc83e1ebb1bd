import { join } from "node:path";
import { Layout } from "../controlplane/layout";
import { stopProcess } from "../controlplane/processes";
import { StateFile } from "../controlplane/state";
import type { Dice } from "./dice";
import type { Disturbed } from "./disturb";
import { atChange, behindProxy } from "./disturb";
import { run } from "./round";
import type { World } from "./world";

const unreachable = /API server|does not answer|did not answer/;

/** What an API server and the way to it do on a bad day. `most`: changes that the run asks for. */
export function apiFaults(dice: Dice, most: number): Disturbed[] {
  const number = (purpose: string) => dice.upTo(`api/${purpose}`, most);
  const some = { once: number("500"), cut: number("cut"), hangUp: number("hangUp"), restart: number("restart") };
  return [
    {
      name: "every change is answered 503",
      group: "api",
      message: unreachable,
      live: behindProxy(({ changes }) => (changes ? { kind: "answer", status: 503 } : undefined)),
    },
    {
      name: `change ${some.once} is answered 500`,
      group: "api",
      live: behindProxy(({ changes, number: n }) =>
        changes && n === some.once ? { kind: "answer", status: 500 } : undefined,
      ),
    },
    {
      name: "the first three changes are throttled: 429 with Retry-After",
      group: "api",
      mustPass: true,
      live: behindProxy(({ changes, number: n }) =>
        changes && n <= 3 ? { kind: "answer", status: 429, headers: { "retry-after": "1" } } : undefined,
      ),
    },
    {
      name: "every change takes two seconds",
      group: "api",
      mustPass: true,
      live: behindProxy(({ changes }) => (changes ? { kind: "delay", milliseconds: 2_000 } : undefined)),
    },
    {
      name: `the answer to change ${some.cut} ends half-way`,
      group: "api",
      live: behindProxy(({ changes, number: n }) => (changes && n === some.cut ? { kind: "cutAnswer" } : undefined)),
    },
    {
      name: `the connection of change ${some.hangUp} ends before its request arrives`,
      group: "api",
      live: behindProxy(({ changes, number: n }) => (changes && n === some.hangUp ? { kind: "hangUp" } : undefined)),
    },
    {
      name: "no connection reaches the API server",
      group: "api",
      message: unreachable,
      live: behindProxy(() => ({ kind: "hangUp" })),
    },
    {
      name: `the API server is killed at change ${some.restart} and started again afterwards`,
      group: "api",
      live: async (world, task) => {
        const ran = await atChange(some.restart, killApiServer)(world, task);
        await world.restartCluster();
        return ran;
      },
    },
    {
      name: "the API server is killed and started again while a run waits",
      group: "api",
      live: (world, task) =>
        atChange(1, async (restarted) => {
          await killApiServer(restarted);
          await restarted.restartCluster();
        })(world, task),
    },
  ];
}

async function killApiServer({ paths }: World): Promise<void> {
  const layout = new Layout(join(paths.controlPlanes, "faults"));
  const id = new StateFile(layout.directory, "faults").state.processes["kube-apiserver"];
  if (!id) throw new Error("the API server is not in the control plane's state");
  // As a crash does: no grace.
  await stopProcess(id, 0);
}

/** Two runs of one stack at the same time: one goes on, the other says who holds the stack. */
export const concurrentFaults: readonly Disturbed[] = [
  {
    name: "a second run of the same stack begins in the middle of the first",
    group: "concurrent",
    message: /lock|another (run|update)|in progress/i,
    live: async (world, task) => {
      let second: ReturnType<typeof run> | undefined;
      world.proxy.watch({
        onRequest: async ({ changes }) => {
          // The first one is held at its first change until the second has given up.
          if (changes) await (second ??= run(world, task));
          return undefined;
        },
      });
      const first = await run(world, task);
      if (first.failed) return first;
      return (await second) ?? first;
    },
  },
];
