import { existsSync, realpathSync } from "node:fs";
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

/** Where a project finds a policy pack: in this checkout, or in the package that it has installed. */
export function packFolder(project: string, pack: string): string {
  const own = realpathSync(project) === realpathSync(packageRoot);
  return `${own ? "" : "node_modules/trustfoundry/"}policies/packs/${pack}`;
}
