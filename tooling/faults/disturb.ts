import type { Ran, Recovery, Reference, Task } from "./round";
import { recover, run } from "./round";
import { keyFiles } from "./secrets";
import type { Disturbance, Passing } from "./proxy";
import type { StackKind, Version, World } from "./world";

export interface Reach {
  readonly stack: StackKind;
  readonly version: Version;
  readonly expected: Reference;
}

export interface Disturbed {
  readonly name: string;
  readonly group: "api" | "credentials" | "disk" | "concurrent";
  /** What the message has to say where the run fails; a run that is only slowed must not fail. */
  readonly message?: RegExp;
  readonly mustPass?: boolean;
  /** Why it cannot be had on this machine. */
  readonly skip?: () => string | undefined;
  /** Runs the task under the disturbance and takes that away again. */
  readonly live: (world: World, task: Task) => Promise<Ran>;
}

export interface DisturbedResult extends Recovery {
  readonly said: string;
  readonly failed: boolean;
}

/** Lives through one disturbance of an `up`, then goes on as its message says. */
export async function disturbedRound(
  world: World,
  { live, message, mustPass = false }: Disturbed,
  { stack, version, expected }: Reach,
): Promise<DisturbedResult> {
  const task: Task = { kind: stack, operation: "up", version };
  const keys = keyFiles(world);
  let ran: Ran;
  try {
    ran = await live(world, task);
  } finally {
    world.proxy.watch();
  }
  const recovery = await recover(world, { ran, task, expected, keys, ...(message && { message }) });
  const violations = [
    ...recovery.violations,
    ...(mustPass && ran.failed ? [`it had to be lived through, and failed: ${ran.said}`] : []),
    ...(message && !ran.failed ? ["it was not noticed at all"] : []),
  ];
  return { ...recovery, violations, said: ran.said, failed: ran.failed };
}

/** Runs a task while the proxy disturbs what `which` says. */
export function behindProxy(which: (passing: Passing) => Disturbance | undefined) {
  return async (world: World, task: Task): Promise<Ran> => {
    world.proxy.watch({ onRequest: which });
    return run(world, task);
  };
}

/** Runs a task, and does something when its nth change is at the API server's door. */
export function atChange(number: number, what: (world: World) => Promise<void> | void) {
  return async (world: World, task: Task): Promise<Ran> => {
    let done: Promise<void> | undefined;
    world.proxy.watch({
      onRequest: async (passing) => {
        if (passing.changes && passing.number === number) done ??= Promise.resolve(what(world));
        await done;
        return undefined;
      },
    });
    return run(world, task);
  };
}
