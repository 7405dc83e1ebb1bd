import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Factory } from "../../stacks/config/factory";
import type { OwnerKeys } from "../../tooling/rehearsal/ownerKeys";
import { ownerKeys } from "../../tooling/rehearsal/ownerKeys";

/** Keys as a rehearsal makes them, kept nowhere. */
export async function freshOwnerKeys(factory: Factory): Promise<OwnerKeys> {
  const directory = mkdtempSync(join(tmpdir(), "owner-keys-"));
  try {
    return await ownerKeys(directory, factory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
