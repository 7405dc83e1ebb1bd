import type { Command } from "commander";
import { InstancePaths } from "./paths";
import { repair } from "./repair";

/** `repair [--dry-run]`. */
export function repairCommand(command: Command, signal: AbortSignal): void {
  command
    .option("--dry-run", "only say what would be done", false)
    .action(async ({ name, dryRun }: { name: string; dryRun: boolean }) => {
      console.log(await repair(new InstancePaths(name), { dryRun, signal }));
    });
}
