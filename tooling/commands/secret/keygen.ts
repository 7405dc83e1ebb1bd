import { generateKeyPairSync } from "node:crypto";
import { kbsResourceUri } from "../../../components/images/kbsResource";
import { writeKeyFile, writeNewFile } from "../../models/keyFile";
import { refuseExisting } from "../../models/measure";
import { UserError } from "../../ui";

/** Makes a signing key; the guest reads its public half as a JWK (jose-jwk). */
export function keygen(options: { readonly kid: string; readonly outPrivate: string; readonly outPublic: string }) {
  const { kid, outPrivate, outPublic } = options;
  if (!kbsResourceUri.safeParse(kid).success)
    throw new UserError(`--kid is "${kid}", no KBS resource; write kbs:///<repository>/<type>/<tag>.`);
  for (const path of [outPrivate, outPublic]) refuseExisting(path);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const named = { use: "sig", alg: "ES256", kid };
  writeKeyFile(outPrivate, `${JSON.stringify({ ...privateKey.export({ format: "jwk" }), ...named })}\n`);
  writeNewFile(outPublic, `${JSON.stringify({ ...publicKey.export({ format: "jwk" }), ...named })}\n`);
  console.log(`Signing key ${kid}. Private half: ${outPrivate}. Public half, for the key broker: ${outPublic}`);
}
