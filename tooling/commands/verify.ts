import type { AddCommands } from "./cli";
import { addReaderOptions, parseSeconds } from "../verdict/readerOptions";
import type { VerifyOptions } from "../verdict/verify";

/** `verify` */
export const addVerifyCommand: AddCommands = (root, signal) => {
  addReaderOptions(
    root
      .command("verify")
      .description("check that what answers prompts is the release, on genuine hardware, claim by claim")
      .argument("[url]", "the guest, https://<host>[:<port>]; it is asked for evidence over the very connection"),
  )
    .option(
      "--evidence <file>",
      "evidence that was recorded, in place of a URL; nothing then shows who answers prompts",
    )
    .option("--nonce <nonce>", "what --evidence was asked with; without it nothing shows how old it is")
    .option("--token <file>", "token of the attestation service; with --token-key")
    .option("--timeout <seconds>", "how long connection and answer may take, each", parseSeconds, 30)
    .option("--all", "list every check, the good ones too", false)
    .option("--json", "as JSON (docs/verify.md), and nothing else", false)
    .addHelpText(
      "after",
      "\nEnds with 0: verified, or accepted by name. 1: a mistake in options or files. 2: something failed.\n3: somebody's word only. 4: something required was not checked.",
    )
    .action(async (url: string | undefined, options: VerifyOptions) => {
      const { verify } = await import("../verdict/verify.js");
      const { text, exitCode } = await verify(url, options, signal);
      console.log(text);
      process.exitCode = exitCode;
    });
};
