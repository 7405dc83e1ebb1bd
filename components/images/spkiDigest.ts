import { createPublicKey } from "node:crypto";
import { sha256 } from "../names";

/** SHA-256 of a PEM public key's DER (SPKI), lower-case hex: names the key, however its PEM is laid out. Throws where it is none. */
export function spkiDigest(pem: string): string {
  return sha256(createPublicKey(pem).export({ type: "spki", format: "der" }));
}
