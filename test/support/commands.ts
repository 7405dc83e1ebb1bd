import { Command, CommanderError } from "commander";
import type { AddCommands } from "../../tooling/commands/cli";
import { UserError } from "../../tooling/ui";

/** What a command says when it refuses, run in this process; anything but a refusal fails the test. */
export async function refusalOf(commands: readonly AddCommands[], args: readonly string[]): Promise<string> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  for (const add of commands) add(program, new AbortController().signal);
  const error = await program.parseAsync(args, { from: "user" }).then(
    () => new Error(`"${args.join(" ")}" was not refused`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof UserError || error instanceof CommanderError) return error.message;
  throw error;
}
