import { Option } from "commander";
import { modelArtifactKinds } from "../../../components/images/modelArtifact";
import type { ModelArtifactKind } from "../../../components/images/modelArtifact";
import { writeKeyFile } from "../../files";
import { newModelKey } from "../../models/keyFile";
import type { AddCommands } from "../cli";
import { telling } from "../sealing";
import { open } from "./open";
import type { OpenOptions } from "./open";
import { seal } from "./seal";
import type { SealOptions } from "./seal";

/** `model keygen | seal | open` */
export const addModelCommands: AddCommands = (root, signal) => {
  const kind = () => new Option("--kind <kind>", "how the model is sealed").choices(modelArtifactKinds);
  const model = root.command("model").description("seal models, and open them").showSuggestionAfterError();

  model
    .command("keygen")
    .description("make a model's key; give it to the key broker and keep it, nothing else opens the model")
    .addOption(kind().makeOptionMandatory())
    .requiredOption("--out <file>", "a new file, for its owner's eyes alone")
    .action((options: { kind: ModelArtifactKind; out: string }) =>
      telling(async () => {
        writeKeyFile(options.out, await newModelKey(options.kind));
        console.log(`Wrote the key to ${options.out}. Keep a copy where the model's owner keeps keys.`);
      }),
    );

  model
    .command("seal")
    .description("encrypt a model offline; leaves the sealed bytes and <out>.artifact.json for the release")
    .addOption(kind().makeOptionMandatory())
    .requiredOption("--in <path>", "the model's folder or file; for luks2 an image of its filesystem")
    .requiredOption("--out <path>", "what to make: the folder of an OCI layout, or a file")
    .requiredOption("--key-file <file>", "the key, made by `model keygen`")
    .requiredOption("--key-uri <uri>", "where the key broker will keep it, kbs:///<repository>/<type>/<tag>")
    .requiredOption("--guest-path <path>", "where the container sees the model, e.g. /models/llama")
    .option("--repository <name>", "encryptedLayer: repository that the image will be pushed to")
    .option("--base <folder>", "encryptedLayer: OCI layout of the serving image to put the layer on")
    .addOption(
      new Option("--packet <version>", "encryptedLayer: format of the key packet").choices(["1", "2"]).default("2"),
    )
    .option("--url <url>", "encryptedObject: where the object will lie")
    .option("--device <path>", "luks2: the block device in the guest, e.g. /dev/vdb")
    .action((options: SealOptions) => telling(() => seal(options, signal)));

  model
    .command("open")
    .description("open a sealed model; its content appears only if it is what the artifact's digest says")
    .requiredOption("--artifact <file>", "the artifact, from a release that was verified")
    .requiredOption("--in <path>", "the sealed bytes: folder of an OCI layout, or a file")
    .requiredOption("--out <path>", "a new folder or file for the content")
    .option("--key-file <file>", "the key")
    .option("--cdh <url>", "in the guest: ask its Confidential Data Hub for the key, http://127.0.0.1:8006")
    .action((options: OpenOptions) => telling(() => open(options, signal)));
};
