import { clearLeases, leases } from "../state/leases";
import { ensureToolchain } from "../toolchain/ensure";
import { UserError } from "../ui";
import { everyStack, readRecord, stacksOf } from "./instance";
import type { InstancePaths } from "./paths";
import { stateDirectory } from "./paths";

/**
 * Gives back what dead runs hold of the rehearsal's stacks, and only that: the lease of a live run is what keeps its state
 * whole. Returns a sentence on what was done.
 */
export async function unlock(paths: InstancePaths): Promise<string> {
  const record = readRecord(paths);
  if (!record) throw new UserError(`There is no rehearsal ${paths.instance}.`, "`npm run rehearse` makes one.");
  const { binDir } = await ensureToolchain({ groups: ["state"] });
  const removed: string[] = [];
  const held: string[] = [];
  for (const { place } of everyStack(stacksOf(paths, record.factory))) {
    const directory = stateDirectory(place);
    for (const { alive, holder } of await leases({ directory, binDir })) {
      if (alive) held.push(`${place.stackName} (process ${holder ?? "unknown"})`);
      else {
        await clearLeases({ directory, binDir });
        removed.push(place.stackName);
      }
    }
  }
  if (held.length > 0)
    throw new UserError(`Locks of live processes stay: ${held.join(", ")}.`, "Wait for them, or end them first.");
  return removed.length > 0 ? `Released: ${removed.join(", ")}. Run the command again.` : "No stack is locked.";
}
