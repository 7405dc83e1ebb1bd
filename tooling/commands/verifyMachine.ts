import type { Command } from "commander";
import type { AddCommands } from "./cli";
import { addJudgingOptions, parseSeconds } from "../verdict/readerOptions";
import type { VerifyAzureOptions } from "../verdict/machine/verifyAzure";
import type { VerifySpaceOptions } from "../verdict/machine/verifySpace";

/** `verify-azure` */
export const addVerifyAzureCommand: AddCommands = (root) => {
  addMachineOptions(
    root
      .command("verify-azure")
      .description("check evidence of a confidential machine on Azure against what you expect of it, claim by claim")
      .requiredOption("--evidence <file>", "what the machine's attester answered, or the message made of it")
      .requiredOption("--expect <file>", "what you expect: YAML or JSON, as an entry of a trust stack's `nodes`")
      .option(
        "--nonce <text>",
        "what the evidence was asked with, as text or as hex:<digits>; without it nothing shows how old it is",
      ),
  ).action(async (options: VerifyAzureOptions) => {
    const { verifyAzure } = await import("../verdict/machine/verifyAzure.js");
    print(await verifyAzure(options));
  });
};

/** `verify-confidential-space` */
export const addVerifySpaceCommand: AddCommands = (root, signal) => {
  addMachineOptions(
    root
      .command("verify-confidential-space")
      .description("check Google's token about a Confidential Space machine against what you expect, claim by claim")
      .requiredOption("--token <file>", "the token that the workload handed out")
      .requiredOption("--expect <file>", "what you expect: YAML or JSON (docs/verify.md)")
      .option("--nonce <text>", "your own, as the workload was given it; without it nothing shows how old the token is")
      .option("--url <url>", "where the workload answers: the key of its TLS end has to be among the token's nonces")
      .option("--timeout <seconds>", "how long the connection may take", parseSeconds, 30),
  ).action(async (options: VerifySpaceOptions) => {
    const { verifySpace } = await import("../verdict/machine/verifySpace.js");
    print(await verifySpace(options, signal));
  });
};

function addMachineOptions(command: Command): Command {
  return addJudgingOptions(command, "made-up evidence")
    .option("--all", "list every check, the good ones too", false)
    .option("--json", "as JSON (docs/verify.md), and nothing else", false)
    .addHelpText(
      "after",
      "\nEnds with 0: verified, or accepted by name. 1: a mistake in options or files. 2: something failed.\n3: somebody's word only. 4: something required was not checked.",
    );
}

function print({ text, exitCode }: { readonly text: string; readonly exitCode: number }): void {
  console.log(text);
  process.exitCode = exitCode;
}
