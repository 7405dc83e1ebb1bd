import type { TestProject } from "vitest/node";
import { ensureToolchain } from "../../tooling/toolchain/ensure";
import { toolGroups } from "../../tooling/toolchain/pins";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder with every program of the toolchain, and its parent for the Automation API. */
    toolchain: { readonly binDir: string; readonly pulumiRoot: string };
  }
}

/** Makes sure that every tool is there before the first acceptance test: the first time, this takes minutes. */
export default async function setup(project: TestProject): Promise<void> {
  const { binDir, pulumiRoot } = await ensureToolchain({ groups: toolGroups });
  project.provide("toolchain", { binDir, pulumiRoot });
}
