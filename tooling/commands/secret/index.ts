import { Option } from "commander";
import type { AddCommands } from "../cli";
import { telling } from "../sealing";
import { keygen } from "./keygen";
import { open } from "./open";
import type { OpenOptions } from "./open";
import { sealEnvelopeSecret, sealVaultSecret } from "./seal";
import type { SealEnvelopeOptions, SealVaultOptions } from "./seal";

/** `secret keygen | seal vault | seal envelope | open` */
export const addSecretCommands: AddCommands = (root) => {
  const secret = root
    .command("secret")
    .description("sealed secrets of Confidential Containers: Kubernetes carries them, only the guest opens them")
    .showSuggestionAfterError();

  secret
    .command("keygen")
    .description("make the P-256 key that signs sealed secrets, as JWK")
    .requiredOption("--kid <id>", "where guests find the public half: kbs:///<repository>/<type>/<tag>")
    .requiredOption("--out-private <file>", "a new file, for its owner's eyes alone")
    .requiredOption("--out-public <file>", "a new file, whose content the key broker keeps under --kid")
    .action((options: { kid: string; outPrivate: string; outPublic: string }) => telling(() => keygen(options)));

  const seal = secret.command("seal").description("seal a secret").showSuggestionAfterError();
  seal
    .command("vault")
    .description("refer to a secret that the key broker or a key management service keeps")
    .requiredOption("--signing-key <file>", "private JWK of `secret keygen`")
    .requiredOption("--kid <id>", "id of the signing key")
    .requiredOption("--name <uri>", "the secret: kbs:///<repository>/<type>/<tag>, or its name in the service")
    .addOption(new Option("--provider <name>", "who keeps it").choices(["kbs", "aliyun", "aws"]).default("kbs"))
    .option("--provider-settings <file>", "JSON table of the provider's settings")
    .requiredOption("--out <file>", "a new file for the sealed secret")
    .action((options: SealVaultOptions) => telling(() => sealVaultSecret(options)));
  seal
    .command("envelope")
    .description("encrypt a secret under a data key of a key management service")
    .requiredOption("--signing-key <file>", "private JWK of `secret keygen`")
    .requiredOption("--kid <id>", "id of the signing key")
    .requiredOption("--in <file>", "the secret")
    .addOption(new Option("--provider <name>", "the service").choices(["aliyun", "aws", "ehsm"]).makeOptionMandatory())
    .requiredOption("--key-id <id>", "the service's key that wrapped the data key")
    .requiredOption("--data-key-file <file>", "32 bytes that the service made")
    .requiredOption("--wrapped-key-file <file>", "the same, as the service wrapped them")
    .option("--provider-settings <file>", "JSON table of the provider's settings")
    .requiredOption("--out <file>", "a new file for the sealed secret")
    .action((options: SealEnvelopeOptions) => telling(() => sealEnvelopeSecret(options)));

  secret
    .command("open")
    .description("check a sealed secret's signature, say what it holds; with its data key open an envelope")
    .requiredOption("--in <file>", "the sealed secret")
    .requiredOption("--kid <id>", "id of the key that has to have signed it")
    .requiredOption("--verify-key <file>", "public JWK of that key")
    .option("--data-key-file <file>", "envelope: the data key, 32 bytes")
    .option("--out <file>", "envelope: a new file for the secret, for its owner's eyes alone")
    .action((options: OpenOptions) => telling(() => open(options)));
};
