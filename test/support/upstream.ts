import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const root = process.env.TRUSTFOUNDRY_UPSTREAM ?? resolve(__dirname, "../../../shared/upstream");

/**
 * Published data of the upstream projects (CRDs, chart values, evidence), kept beside the checkout and not part of it.
 * Returns the file's path, or undefined where it is absent, so that a test can skip and say why.
 */
export function upstream(relativePath: string): string | undefined {
  const path = join(root, relativePath);
  return existsSync(path) ? path : undefined;
}

/** Title suffix for skipped tests. */
export function absence(relativePath: string): string {
  return upstream(relativePath) ? "" : ` (skipped: upstream data ${relativePath} is not beside this checkout)`;
}
