import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { packageRoot } from "../stacks/project";

/**
 * The project that a file or folder belongs to: the nearest folder above with a Pulumi.yaml, as the engine looks for it.
 * Without one it is this checkout.
 */
export function projectOf(path: string): string {
  const start = resolve(path);
  for (let directory = start; ; directory = dirname(directory)) {
    if (existsSync(join(directory, "Pulumi.yaml"))) return directory;
    if (dirname(directory) === directory) return packageRoot;
  }
}
