import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";

/** What one file of acceptance tests takes at most: control planes, engine, plugin, program and pack. */
const bytesPerWorker = 4 * 2 ** 30;

/**
 * Test files that run at a time: one for each CPU, as far as memory goes. At least two, where the runner would take one
 * of two CPUs: much of a file waits for other processes.
 */
export function workers(cpus = permittedCpus(), bytes = permittedBytes()): number {
  return Math.max(2, Math.min(Math.floor(cpus), Math.floor(bytes / bytesPerWorker)));
}

/** Node 20 counts the machine's CPUs, where a container is often given fewer by a quota: cgroup v2's `cpu.max`. */
function permittedCpus(): number {
  return Math.min(availableParallelism(), quotaOf(read("/sys/fs/cgroup/cpu.max")));
}

/** CPUs that a quota allows, such as 2 for `200000 100000`, in microseconds; Infinity for none. */
export function quotaOf(quota: string): number {
  const [allowed, period] = quota.trim().split(" ").map(Number);
  return allowed && period ? allowed / period : Infinity;
}

/** Zero, or more than there is, where nothing limits the process. */
function permittedBytes(): number {
  const limit = process.constrainedMemory();
  return limit ? Math.min(limit, totalmem()) : totalmem();
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
