import type { CollateralOptions } from "../verdict/collateralCommand";
import { parseSeconds } from "../verdict/readerOptions";
import type { AddCommands } from "./cli";

/** `collateral fetch` */
export const addCollateralCommands: AddCommands = (root, signal) => {
  root
    .command("collateral")
    .description("the vendors' documents that verdicts are made with")
    .showSuggestionAfterError()
    .command("fetch")
    .description("get what a guest's evidence is checked with: certificates, revocations, reference values")
    .requiredOption("--evidence <file|url>", "recorded evidence, a Confidential Space token, or the guest's URL")
    .requiredOption("--out <directory>", "where documents are kept; what is there stays")
    .option("--timeout <seconds>", "how long each may take", parseSeconds, 30)
    .option("--amd-url <url>", "a mirror of kdsintf.amd.com")
    .option("--intel-url <url>", "a mirror of Intel's provisioning service, e.g. one's own PCCS")
    .option("--nvidia-url <url>", "a mirror of NVIDIA's services for manifests and revocations")
    .addHelpText("after", "\nEnds with 1 where a document was not to be had.")
    .action(async (options: CollateralOptions) => {
      const { collateralFetch } = await import("../verdict/collateralCommand.js");
      const { text, complete } = await collateralFetch(options, signal);
      console.log(text);
      if (!complete) process.exitCode = 1;
    });
};
