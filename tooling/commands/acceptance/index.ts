import type { AddCommands } from "../cli";
import { check } from "./check";

/** `acceptance check` */
export const addAcceptanceCommands: AddCommands = (root) => {
  const acceptance = root
    .command("acceptance")
    .description("what a provider demands of tenants' workloads")
    .showSuggestionAfterError();

  acceptance
    .command("check")
    .description("judge a release as the workloads program does: signatures, registry, attestations; offline")
    .argument("<release>", "name of the release")
    .requiredOption("--config <file>", "the provider's Pulumi.<stack>.yaml of the role workloads")
    .option("--dir <directory>", "where release and attestations lie; default: the configuration's handover")
    .action(async (release: string, options: { config: string; dir?: string }) => {
      const { text, accepted } = await check({ release, ...options, now: new Date() });
      console.log(text);
      if (!accepted) process.exitCode = 1;
    });
};
