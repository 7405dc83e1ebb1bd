import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PinSource } from "../components/catalogLock";
import { PinError, emptyLock, parseCatalogLock } from "../components/catalogLock";
import { ConfigurationError } from "./config/errors";
import { packageRoot } from "./project";

/**
 * Digests of charts and images: those of catalog.lock in the project's directory, where no file means no digest. A
 * rehearsal computes them instead.
 */
export function pinSource(simulated: boolean, directory = packageRoot): PinSource {
  const file = join(directory, "catalog.lock");
  if (simulated || !existsSync(file)) return { lock: emptyLock, simulated };
  try {
    return { lock: parseCatalogLock(readFileSync(file, "utf8")), simulated };
  } catch (error) {
    if (error instanceof PinError) throw new ConfigurationError([error.message]);
    throw error;
  }
}
