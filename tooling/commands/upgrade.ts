import { Argument, InvalidArgumentError } from "commander";
import type { ProjectUpgradeOptions } from "../upgrade/project/run";
import type { AddCommands } from "./cli";

const actions = ["plan", "apply", "status", "resume", "rollback"] as const;

/** `upgrade plan|apply|status|resume|rollback`: the model owner's way to the next releases. */
export const addUpgradeCommand: AddCommands = (root, signal) => {
  root
    .command("upgrade")
    .description(
      "go from the releases in force to what is declared, step by step; looks at what was done, and changes nothing but its own record",
    )
    .addArgument(
      new Argument(
        "<action>",
        "plan: show the steps; apply, resume: look at what was done, and say what is next",
      ).choices(actions),
    )
    .requiredOption("--config <file>", "the model owner's Pulumi.<stack>.yaml, as it is to be")
    .option("--dir <folder>", "releases in force", "releases")
    .option("--record <folder>", "where the progress is kept", ".trustfoundry-upgrade")
    .option("--days <number>", "how long guests of the former releases get keys at most", parseDays, 7)
    .option("--kubeconfig <file>", "credentials of the model owner's cluster; default: where kubectl looks")
    .option("--context <name>", "context in it; default: the configuration's")
    .option("--blind", "do not look at the key broker; its steps have to be confirmed")
    .option("--confirm <step>", "say that a step is done that cannot be seen from here, such as hosts:northern-metal")
    .action(async (action: (typeof actions)[number], options: ProjectUpgradeOptions) => {
      const { projectUpgrade } = await import("../upgrade/project/run.js");
      console.log(await projectUpgrade(action, options, signal));
    });
};

function parseDays(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 90)
    throw new InvalidArgumentError("Write a number of days, 1 to 90.");
  return value;
}
