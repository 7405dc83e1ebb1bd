import { mkdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import lockfile from "proper-lockfile";

export interface LockArgs {
  /** Called once when somebody else holds the lock. */
  readonly onWait: () => void;
  readonly signal?: AbortSignal;
  /** After how long without a sign of life a holder counts as killed. Default 15,000. */
  readonly staleMilliseconds?: number;
}

/** Runs the action while no other process works in this directory. A killed holder's lock expires by itself. */
export async function withLock<T>(directory: string, args: LockArgs, action: () => Promise<T>): Promise<T> {
  mkdirSync(directory, { recursive: true });
  const release = await acquire(directory, args);
  try {
    return await action();
  } finally {
    // A lock that was lost (this machine slept) is not ours to release.
    await release().catch(() => undefined);
  }
}

async function acquire(
  directory: string,
  { onWait, signal, staleMilliseconds = 15_000 }: LockArgs,
): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await lockfile.lock(directory, {
        realpath: false,
        stale: staleMilliseconds,
        update: staleMilliseconds / 3,
        // Finished tools arrive by rename and each attempt has a folder of its own: two at work waste time, no more.
        onCompromised: () => undefined,
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
    }
    if (attempt === 0) onWait();
    await wait(250, undefined, { signal });
  }
}
