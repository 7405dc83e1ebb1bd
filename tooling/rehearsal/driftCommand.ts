import type { Command } from "commander";
import { InstancePaths } from "./paths";

interface Options {
  readonly name: string;
  readonly heal?: boolean;
  readonly json?: boolean;
  readonly party?: string;
  readonly known: readonly string[];
}

/** `npm run rehearse -- drift [--heal]` */
export function driftCommand(command: Command, signal: AbortSignal): void {
  command
    .option("--heal", "put back what was applied, after the rules have judged it")
    .option("--party <who>", "modelOwner, infrastructureProvider, or a party's name; default: all")
    .option("--known <kind/name...>", "foreign objects that are meant to be there", [])
    .option("--json", "print the findings as JSON, and nothing else")
    .addHelpText(
      "after",
      "\nEnds with 0: no drift; 1: bad input; 2: drift, or some is left after healing; 3: something could not be looked at.",
    )
    .action(async ({ name, heal = false, json = false, party, known }: Options) => {
      const { rehearsalDrift } = await import("./drift.js");
      const paths = new InstancePaths(name);
      const { text, exitCode } = await rehearsalDrift({ paths, heal, json, known, signal, ...(party && { party }) });
      console.log(text);
      process.exitCode = exitCode;
    });
}
