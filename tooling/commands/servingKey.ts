import { generateKeyPairSync } from "node:crypto";
import { servingKeyOf } from "../../components/images/servingKey";
import { writeKeyPair } from "../files";
import type { AddCommands } from "./cli";
import { telling } from "./sealing";

/** `serving-key new` */
export const addServingKeyCommands: AddCommands = (root) => {
  root
    .command("serving-key")
    .description("the key that a model's guests answer TLS with")
    .showSuggestionAfterError()
    .command("new")
    .description("make a P-256 key: the private half for the key broker, the public half for the release")
    .requiredOption("--out-private <file>", "PKCS#8, a new file, for its owner's eyes alone")
    .requiredOption("--out-public <file>", "SubjectPublicKeyInfo, a new file")
    .action((options: { outPrivate: string; outPublic: string }) =>
      telling(() => {
        const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
        const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
        writeKeyPair({
          private: {
            path: options.outPrivate,
            text: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
          },
          public: { path: options.outPublic, text: pem },
        });
        console.log(`Serving key with SHA-256 ${servingKeyOf(pem, "any/key/at-all").sha256} of its SPKI.`);
        console.log(`Private half: ${options.outPrivate}, for the key broker alone. Public half: ${options.outPublic}`);
      }),
    );
};
