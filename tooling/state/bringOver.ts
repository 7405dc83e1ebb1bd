import { existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { automation } from "@pulumi/pulumi";
import { execa } from "execa";
import { ownBackend } from "../ownBackend";
import { UserError } from "../ui";

export interface BringOverArgs {
  /** Directory of the states, in which former versions had the engine's file backend. */
  readonly directory: string;
  readonly stackName: string;
  /** The stack by a backend of this environment. */
  readonly select: (backend: Readonly<Record<string, string>>) => Promise<automation.Stack>;
  /** Environment of the backend that takes over. */
  readonly to: Readonly<Record<string, string>>;
}

/**
 * Brings a state of the engine's file backend over, once, by the engine's own export and import. The former files stay
 * beside it, by a name that no version takes for a state.
 */
export async function bringOver({ directory, stackName, select, to }: BringOverArgs): Promise<void> {
  const former = join(directory, ".pulumi");
  if (!existsSync(former)) return;
  const locks = join(former, "locks");
  if (existsSync(locks) && readdirSync(locks, { recursive: true }).some((file) => String(file).endsWith(".json")))
    throw new UserError(
      `The former state of ${stackName} in ${former} is locked: an older version of Trustfoundry works on it, or was killed.`,
      `Wait for its end; where none runs any more, remove ${locks}.`,
    );
  // By the engine itself: the Automation API would decrypt secrets, and write them into a temporary file.
  const state = await engine(await select(ownBackend(directory)), "export");
  await engine(await select(to), "import", state);
  const kept = `${former}-before-journal`;
  renameSync(former, kept);
  console.log(`The state of ${stackName} is kept with a journal now; the former files are in ${kept}.`);
}

async function engine({ name, workspace }: automation.Stack, what: "export" | "import", input = ""): Promise<string> {
  const { workDir, envVars, pulumiHome, pulumiCommand } = workspace as automation.LocalWorkspace;
  const { stdout, stderr, failed } = await execa(
    pulumiCommand.command,
    ["stack", what, "--stack", name, "--non-interactive", "--color", "never"],
    { cwd: workDir, env: { ...envVars, ...(pulumiHome && { PULUMI_HOME: pulumiHome }) }, input, reject: false },
  );
  if (failed)
    throw new UserError(
      `The former state of ${name} cannot be brought over.`,
      undefined,
      stderr.trim().split("\n").slice(-5),
    );
  return stdout;
}
