import { generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { kbsResourceUri } from "../../../components/images/kbsResource";
import { writeKeyPair } from "../../files";
import { UserError } from "../../ui";

/** Makes a signing key; the guest reads its public half as a JWK (jose-jwk). */
export function keygen(options: { readonly kid: string; readonly outPrivate: string; readonly outPublic: string }) {
  const { kid, outPrivate, outPublic } = options;
  if (!kbsResourceUri.safeParse(kid).success)
    throw new UserError(`--kid is "${kid}", no KBS resource; write kbs:///<repository>/<type>/<tag>.`);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const named = { use: "sig", alg: "ES256", kid };
  const text = (key: KeyObject) => `${JSON.stringify({ ...key.export({ format: "jwk" }), ...named })}\n`;
  writeKeyPair({
    private: { path: outPrivate, text: text(privateKey) },
    public: { path: outPublic, text: text(publicKey) },
  });
  console.log(`Signing key ${kid}. Private half: ${outPrivate}. Public half, for the key broker: ${outPublic}`);
}
