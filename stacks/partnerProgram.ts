import { existsSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ambientEnvironment } from "./cluster";
import type { Environment } from "./cluster";
import type { Sections } from "./config/presets";
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
  const complete = async (own: Sections) => {
    const { sections, leftAlone } = completeSections(directory, own);
    if (leftAlone.length > 0)
      await pulumi.log.info(`For stacks of another role, and of no effect in this one: ${leftAlone.join(", ")}`);
    return sections;
  };
  return () => main({ ...environment(), projectDirectory: directory }, complete);
}
