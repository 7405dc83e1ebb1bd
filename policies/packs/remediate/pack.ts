import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { emptyLock, lockedDigest, parseCatalogLock } from "../../../components/catalogLock";
import { serveRemediations } from "../../crossguard";
import { rules } from "../../rules";

/** Digests come from the project's own catalog.lock; without one no image is touched. */
export function serve(file = resolve(__dirname, "../../../catalog.lock")): void {
  const lock = existsSync(file) ? parseCatalogLock(readFileSync(file, "utf8")) : emptyLock;
  serveRemediations(rules, { digestOf: (reference) => lockedDigest(lock, reference) });
}
