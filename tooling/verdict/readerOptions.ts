import type { Command } from "commander";
import { InvalidArgumentError } from "commander";

/** What `verify` and `connect` are both told of a reader. */
export interface ReaderOptions extends JudgingOptions {
  readonly release: string;
  readonly signers: string;
  readonly factory: string;
  readonly owner?: string;
  readonly guest?: string;
  readonly tokenKey?: string;
  readonly tokenSigner?: string;
  readonly tokenAge: number;
}

/** What every verdict is judged under. */
export interface JudgingOptions {
  readonly collateral?: string;
  readonly accept: readonly string[];
  readonly simulated: boolean;
  readonly roots?: string;
}

export function addReaderOptions(command: Command): Command {
  command
    .requiredOption("--release <file>", "the release that has to answer")
    .requiredOption("--signers <file>", "signer policy, JSON or YAML: whose signatures make it valid")
    .requiredOption("--factory <name>", "factory that it has to be made for")
    .option("--owner <name>", "model owner that it has to come from")
    .option(
      "--guest <file>",
      "description of the guest image that you vouch for (`guest describe`); its measurement is computed",
    )
    .option(
      "--token-key <file>",
      "key of the attestation service whose tokens count: certificate (PEM), JWK or JWK set",
    )
    .option("--token-signer <name>", "what to call that service; default: the attestation service of the owner")
    .option("--token-age <seconds>", "oldest token that counts", parseSeconds, 300);
  return addJudgingOptions(command, "a rehearsal's release and guest");
}

export function addJudgingOptions(command: Command, simulated: string): Command {
  return command
    .option("--collateral <directory>", "vendors' documents, as `collateral fetch` keeps them")
    .option(
      "--accept <what>",
      "asserted:<who> takes somebody's word, unchecked:<check> leaves a check undone; may be repeated",
      (text: string, before: readonly string[]) => [...before, parseAccept(text)],
      [],
    )
    .option("--simulated", `SIMULATED: ${simulated}, under the roots of --roots`, false)
    .option("--roots <file>", "roots of a rehearsal; only with --simulated");
}

function parseAccept(text: string): string {
  if (!/^(asserted|unchecked):./.test(text))
    throw new InvalidArgumentError("Write asserted:<who>, as verdicts name him, or unchecked:<check>.");
  return text;
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d{1,6}$/.test(text) || seconds < 1) throw new InvalidArgumentError("Write a number of seconds.");
  return seconds;
}
