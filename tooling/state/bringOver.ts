import { existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { automation } from "@pulumi/pulumi";
import type { ExecaError } from "execa";
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
  const kept = `${former}-before-journal`;
  if (existsSync(kept))
    throw new UserError(
      `An older version of Trustfoundry has worked on ${stackName} once more: ${former} and ${kept} are both there.`,
      `It began with nothing, and what the journal holds counts: move ${former} away, then run this again.`,
    );
  // By the engine itself: the Automation API would decrypt secrets, and write them into a temporary file.
  const state = await engine(await select(ownBackend(directory)), "export");
  refusePending(state, stackName);
  await engine(await select(to), "import", state);
  renameSync(former, kept);
  console.log(`The state of ${stackName} is kept with a journal now; the former files are in ${kept}.`);
}

/** The engine's import drops them (pkg v3.216.0, cmd/pulumi/stack/io.go), and with them what a killed run may have made. */
function refusePending(state: string, stackName: string): void {
  const { deployment } = JSON.parse(state) as { deployment?: { pending_operations?: readonly unknown[] } };
  const pending = deployment?.pending_operations?.length ?? 0;
  if (pending > 0)
    throw new UserError(
      `The former state of ${stackName} has ${pending} ${pending === 1 ? "operation" : "operations"} that a killed run left open.`,
      "Run that older version of Trustfoundry once more to its end, or destroy the rehearsal with it; then run this again.",
    );
}

async function engine(
  { name, workspace }: automation.Stack,
  what: "export" | "import",
  input?: string,
): Promise<string> {
  const { workDir, envVars, pulumiHome, pulumiCommand } = workspace as automation.LocalWorkspace;
  const command = ["stack", what, "--stack", name, "--non-interactive", "--color", "never"];
  try {
    const { stdout } = await execa(pulumiCommand.command, command, {
      cwd: workDir,
      env: { ...envVars, ...(pulumiHome && { PULUMI_HOME: pulumiHome }) },
      ...(input === undefined ? { stdin: "ignore" } : { input }),
    });
    return stdout;
  } catch (error) {
    const { stderr, shortMessage } = error as ExecaError;
    // An engine that did not start says nothing itself.
    const said = stderr?.trim() || shortMessage;
    throw new UserError(`The former state of ${name} cannot be brought over.`, undefined, said.split("\n").slice(-5));
  }
}
