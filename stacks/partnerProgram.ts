import { existsSync } from "node:fs";
import { join } from "node:path";
import { ambientEnvironment } from "./cluster";
import type { Environment } from "./cluster";
import { completeSections } from "./presetFile";
import { main } from "./program";

/**
 * The program of a project that `pulumi new` made from one of stacks/partners: presets in `settings/`, the stack's own
 * settings over them, paths and catalog.lock from the project's directory.
 *
 *     export = partnerProgram(__dirname);
 */
export function partnerProgram(
  directory: string,
  environment: () => Environment = ambientEnvironment,
): () => Promise<Record<string, unknown>> {
  if (!existsSync(join(directory, "Pulumi.yaml")))
    throw new Error(`${directory} has no Pulumi.yaml; call partnerProgram(__dirname) in the project's own index.ts`);
  return () =>
    main({ ...environment(), projectDirectory: directory }, (sections) => completeSections(directory, sections));
}
