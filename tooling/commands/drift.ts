import type { AddCommands } from "./cli";

interface Options {
  readonly stack: readonly string[];
  readonly state: readonly string[];
  readonly settings?: string;
  readonly kubeconfig?: string;
  readonly party?: string;
  readonly known: readonly string[];
  readonly heal?: boolean;
  readonly json?: boolean;
}

/** `drift`: what in a party's cluster is no longer as its stacks applied it, what that opens, and who did it. */
export const addDriftCommand: AddCommands = (root, signal) => {
  root
    .command("drift")
    .description("say what is no longer as it was applied, what that opens and who did it; --heal puts it back")
    .option("--stack <name...>", "stacks of the project in this folder; `pulumi` opens their states", [])
    .option("--state <file...>", "exported states instead; values of their secrets are not compared", [])
    .option("--settings <folder>", "where Pulumi.<stack>.yaml lies; default: here, or beside the state")
    .option("--kubeconfig <file>", "credentials of the clusters; default: where kubectl looks")
    .option("--party <who>", "modelOwner, infrastructureProvider, or a party's name; default: all that are named")
    .option("--known <kind/name...>", "foreign objects that are meant to be there", [])
    .option("--heal", "put back what was applied, after the rules have judged it")
    .option("--json", "print the findings as JSON, and nothing else")
    .addHelpText(
      "after",
      "\nEnds with 0: no drift; 1: bad input; 2: drift, or some is left after healing; 3: something could not be looked at.",
    )
    .action(async ({ heal = false, json = false, ...options }: Options) => {
      const { projectDrift } = await import("../drift/project.js");
      const { text, exitCode } = await projectDrift({ ...options, heal, json }, signal);
      console.log(text);
      process.exitCode = exitCode;
    });
};
