import { resolve } from "node:path";
import type { Command } from "commander";

/** `state`: states with a journal, for plain `pulumi` as well. */
export function addStateCommands(root: Command, signal: AbortSignal): void {
  const state = root.command("state").description("States of stacks, kept with a journal (docs/state.md).");
  state
    .command("serve")
    .description("Keeps states in a folder for plain `pulumi` on this machine, until it is interrupted.")
    .argument("<folder>", "where the states lie, or will lie; nobody else may read it")
    .option("--variables <file>", "where the variables are written that `pulumi` needs (mode 0600)", "state.env")
    .action(async (folder: string, { variables }: { readonly variables: string }) => {
      const { serveState } = await import("../state/serve.js");
      await serveState({ directory: resolve(folder), environmentFile: resolve(variables), signal });
    });
  state
    .command("show")
    .description("Says what the states in a folder hold, and what was interrupted. Changes nothing.")
    .argument("<folder>", "where the states lie")
    .action(async (folder: string) => {
      const { showStates } = await import("../state/serve.js");
      console.log(await showStates(resolve(folder), signal));
    });
}
