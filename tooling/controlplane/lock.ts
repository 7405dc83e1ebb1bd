import { lock } from "proper-lockfile";
import { join } from "node:path";
import { UserError } from "../ui";

/** A holder that was killed is recognised after this long. */
const staleMilliseconds = 10_000;
const retries = { retries: 30, minTimeout: 500, maxTimeout: 500 };

/**
 * Does one thing to an instance at a time. Waits a little for another command; gives up with a UserError when that goes
 * on. The work's signal is aborted when the caller's is, and when the lock is lost.
 */
export async function withLock<T>(
  directory: string,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  signal?.throwIfAborted();
  const release = await lock(directory, {
    lockfilePath: join(directory, "lock"),
    stale: staleMilliseconds,
    update: 2_000,
    retries,
    onCompromised: () =>
      lost.abort(new UserError(`The lock of ${directory} was lost, so the command was stopped.`, "Run it again.")),
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ELOCKED") throw error;
    throw new UserError(
      `Another command is at work on ${directory}.`,
      "Wait until it is done, then run this one again.",
    );
  });
  try {
    return await work(AbortSignal.any([lost.signal, ...(signal ? [signal] : [])]));
  } finally {
    await release().catch(() => undefined);
  }
}
