import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { identify } from "../controlplane/processes";
import { UserError } from "../ui";
import { readRecord, stacksOf } from "./instance";
import type { InstancePaths } from "./paths";

/** What the file backend writes into a lock. */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

/**
 * Removes stack locks whose holder is dead, and only those: a lock of a live run is what keeps its state whole. Returns
 * a sentence on what was done.
 */
export async function unlock(paths: InstancePaths): Promise<string> {
  const record = readRecord(paths);
  if (!record) throw new UserError(`There is no rehearsal ${paths.instance}.`, "`npm run rehearse` makes one.");
  const { trust, providers } = stacksOf(paths, record.factory);
  const stacks = [trust, ...providers.flatMap(({ infrastructure, workloads }) => [infrastructure, workloads])];
  const removed: string[] = [];
  const held: string[] = [];
  for (const { place } of stacks) {
    for (const file of lockFiles(join(place.directory, "state", ".pulumi", "locks"))) {
      const { pid, hostname: host } = JSON.parse(readFileSync(file, "utf8")) as Lock;
      if (host === hostname() && identify(pid) === undefined) {
        rmSync(file);
        removed.push(place.stackName);
      } else held.push(`${place.stackName} (process ${pid} on ${host})`);
    }
  }
  if (held.length > 0)
    throw new UserError(`Locks of live processes stay: ${held.join(", ")}.`, "Wait for them, or end them first.");
  return removed.length > 0 ? `Released: ${removed.join(", ")}. Run the command again.` : "No stack is locked.";
}

function lockFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map((entry) => join(entry.parentPath, entry.name));
}
