import type { Command } from "commander";
import type { LockOptions } from "../bundle/run";
import type { AddCommands } from "./cli";

const append = (value: string, before: readonly string[]): string[] => [...before, value];

/** `bundle`: all that a site without a network needs. */
export const addBundleCommands: AddCommands = (root) => {
  const group = root
    .command("bundle")
    .description("all that a site without a network needs: listed by digest, copied, verified (docs/airgap.md)")
    .showSuggestionAfterError();
  addLock(group);
};

function addLock(group: Command): void {
  group
    .command("lock")
    .description(
      "write bundle.lock: charts, images, collateral, npm packages and Go modules of a site, each by its digest",
    )
    .argument("[file]", "the stack's Pulumi.<stack>.yaml; a rehearsal's stands for the whole factory")
    .option("--release <file>", "instead, as a data owner: the release whose guests are verified")
    .option("--evidence <file>", "recorded evidence, which names chips and devices; may be repeated", append, [])
    .option("--accept <name>", "what nothing pins and arrives by other means; may be repeated", append, [])
    .option("--out <file>", "what to write; default: bundle.lock beside Pulumi.yaml")
    .option("--check", "write nothing; say what has changed since it was written")
    .addHelpText("after", "\nEnds with 1 where something is unresolved, or, with --check, not the same any more.")
    .action(async (file: string | undefined, options: LockOptions) => {
      const { lockSite } = await import("../bundle/run.js");
      const { text, complete } = await lockSite(file, options, new Date());
      console.log(text);
      if (!complete) process.exitCode = 1;
    });
}
