import { hashMod } from "../dirhash";
import { folders, modulePath } from "../places";
import type { LockedModule } from "../schema";
import { NotAsLocked } from "./finding";
import { moduleZipHash, mostModuleBytes } from "./moduleZip";
import type { Tree } from "./tree";

/** Go's limit (golang.org/x/mod/zip, MaxGoMod). */
const mostModBytes = 16 * 1024 * 1024;
const mostInfoBytes = 64 * 1024;

/** Checks what a folder for GOPROXY has of one module, by the sums of go.sum. */
export async function checkModule(tree: Tree, { module, version, zip, mod, required }: LockedModule): Promise<void> {
  const path = (kind: "info" | "mod" | "zip") => `${folders.go}/${modulePath(module, version, kind)}`;
  // What is wrong with one of them is said once, of the module.
  for (const kind of ["info", "mod", "zip"] as const) tree.claim(path(kind));
  if (required || tree.has(path("zip"))) {
    if (zip === undefined) throw new NotAsLocked("extra", `${path("zip")} has no sum in any go.sum`);
    if (tree.size(path("zip")) > mostModuleBytes)
      throw new NotAsLocked("refused", `${path("zip")} is larger than Go would take`);
    const file = await tree.opened(path("zip"));
    try {
      const found = await moduleZipHash(file.fd, `${module}@${version}/`);
      if (found !== zip) throw new NotAsLocked("changed", `${path("zip")} has the sum ${found}`);
    } catch (error) {
      throw error instanceof NotAsLocked && error.kind === "refused"
        ? new NotAsLocked("refused", `${path("zip")} ${error.message}`)
        : error;
    } finally {
      await file.close();
    }
  }
  if (required || tree.has(path("mod"))) {
    if (mod === undefined) throw new NotAsLocked("extra", `${path("mod")} has no sum in any go.sum`);
    const found = hashMod(await tree.read(path("mod"), mostModBytes));
    if (found !== mod) throw new NotAsLocked("changed", `${path("mod")} has the sum ${found}`);
  }
  if (tree.has(path("info"))) checkInfo(await tree.read(path("info"), mostInfoBytes), version, path("info"));
}

/** No sum covers it; it may say nothing but the version that its name says, and when that was made. */
function checkInfo(content: Buffer, version: string, path: string): void {
  let info: unknown;
  try {
    info = JSON.parse(content.toString("utf8"));
  } catch {
    throw new NotAsLocked("refused", `${path} is not JSON`);
  }
  if (typeof info !== "object" || info === null || (info as { Version?: unknown }).Version !== version)
    throw new NotAsLocked("changed", `${path} is of another version`);
}
