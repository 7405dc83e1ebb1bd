import { InvalidArgumentError, Option } from "commander";
import { timeSchema } from "../../../components/workload/release/time";
import type { AddCommands } from "../cli";
import { create } from "./create";
import { diff } from "./diff";
import { history } from "./history";
import { keyKinds, keygen } from "./keygen";
import type { KeyKind } from "./keygen";
import { show } from "./show";
import { sign } from "./sign";
import { verify } from "./verify";

/** `release keygen | create | sign | show | verify | diff | history` */
export const addReleaseCommands: AddCommands = (root) => {
  const release = root
    .command("release")
    .description("create, sign, check and compare releases")
    .showSuggestionAfterError();

  release
    .command("keygen")
    .description("make a key that signs releases")
    .requiredOption("--out <file>", "private key; the public one goes to <file>.pub")
    .addOption(new Option("--kind <kind>", "kind of key").choices(keyKinds).default("ed25519"))
    .action(async (options: { out: string; kind: KeyKind }) => {
      console.log(await keygen(options));
    });

  release
    .command("create")
    .description("compute a model's next release, unsigned")
    .requiredOption("--config <file>", "the model owner's Pulumi.<stack>.yaml")
    .requiredOption("--model <name>", "one of its models")
    .option("--dir <directory>", "where releases lie", "releases")
    .requiredOption("--not-after <time>", "end of validity, YYYY-MM-DDTHH:MM:SSZ", parseTime)
    .option("--not-before <time>", "beginning of validity; default: now", parseTime)
    .action((options: { config: string; model: string; dir: string; notAfter: string; notBefore?: string }) => {
      console.log(create({ ...options, now: new Date() }));
    });

  release
    .command("sign")
    .description("add a signature to a release, in place")
    .requiredOption("--file <file>", "the release")
    .requiredOption("--key <file>", "private key as PEM")
    .action(async (options: { file: string; key: string }) => {
      console.log(await sign(options));
    });

  release
    .command("show")
    .description("show everything that a release says; signatures are not checked")
    .argument("<file>", "the release")
    .option("--json", "as JSON", false)
    .action((file: string, { json }: { json: boolean }) => {
      console.log(show(file, json));
    });

  release
    .command("verify")
    .description("check a release as the programs do: form, signatures, factory, validity")
    .argument("<file>", "the release")
    .requiredOption("--signers <file>", "signer policy, JSON or YAML")
    .requiredOption("--factory <name>", "factory that it has to be made for")
    .option("--owner <name>", "model owner that it has to come from")
    .option("--name <name>", "name that it has to have")
    .option("--simulated", "expect a rehearsal's release", false)
    .action(
      async (
        file: string,
        options: { signers: string; factory: string; owner?: string; name?: string; simulated: boolean },
      ) => {
        console.log(await verify({ file, ...options, now: new Date() }));
      },
    );

  release
    .command("diff")
    .description("say in words what a release says otherwise than a former one")
    .argument("<former>", "a release")
    .argument("<later>", "another one")
    .action((former: string, later: string) => {
      console.log(diff(former, later));
    });

  release
    .command("history")
    .description("list every release of a name that ever could read prompts, and check their chain")
    .requiredOption("--dir <directory>", "where all of its files lie")
    .requiredOption("--name <name>", "name of the release")
    .requiredOption("--signers <file>", "signer policy, JSON or YAML")
    .action(async (options: { dir: string; name: string; signers: string }) => {
      console.log(await history({ ...options, now: new Date() }));
    });
};

function parseTime(text: string): string {
  if (!timeSchema.safeParse(text).success)
    throw new InvalidArgumentError("Write a point in time that exists, YYYY-MM-DDTHH:MM:SSZ.");
  return text;
}
