import type { Command } from "commander";
import { Argument, InvalidArgumentError } from "commander";
import { InstancePaths } from "../../rehearsal/paths";
import type { Action } from "./actions";
import { actions, rotations } from "./actions";
import type { RotateOptions } from "./rotate";
import type { UpgradeOptions } from "./upgrade";

/** `npm run rehearse -- upgrade plan|apply|status|resume|rollback` */
export function upgradeCommand(command: Command, signal: AbortSignal): void {
  command
    .addArgument(
      new Argument("<action>", "plan: show the steps; apply: begin; then status, resume, rollback").choices(actions),
    )
    .option("--file <path>", "plan, apply: the description that is to come")
    .option("--days <number>", "how long guests of the former releases get keys at most from now on; apply: 7", days)
    .option("--stop-after <step>", "apply, resume: stop when this step is done, e.g. admit")
    .action(async (action: Action, { name, ...options }: { name: string } & UpgradeOptions) => {
      const { rehearsedUpgrade } = await import("./upgrade.js");
      console.log(await rehearsedUpgrade(new InstancePaths(name), action, options, signal));
    });
}

export function days(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 90)
    throw new InvalidArgumentError("Write a number of days, 1 to 90.");
  return value;
}

/** `npm run rehearse -- rotate plan|apply|status|resume|rollback [what...]` */
export function rotateCommand(command: Command, signal: AbortSignal): void {
  command
    .addArgument(
      new Argument("<action>", "plan: show the steps; apply: begin; then status, resume, rollback").choices(actions),
    )
    .addArgument(new Argument("[what...]", "plan, apply: what is rotated").choices(rotations))
    .option("--model <name>", "whose model key or serving key")
    .option("--out <path>", "where the description with the next keys is written")
    .option("--days <number>", "how long the former keys are given out at most from now on; apply: 7", days)
    .option("--stop-after <step>", "apply, resume: stop when this step is done")
    .action(
      async (
        action: Action,
        what: RotateOptions["what"],
        { name, ...options }: { name: string } & Omit<RotateOptions, "what">,
      ) => {
        const { rehearsedRotation } = await import("./rotate.js");
        console.log(await rehearsedRotation(new InstancePaths(name), action, { ...options, what }, signal));
      },
    );
}
