import { createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { SignerKey } from "../../../../components/workload/release/signers";

/** Keys of one run, of every kind that may sign. */
export const keys = {
  alice: generateKeyPairSync("ed25519").privateKey,
  bob: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  carol: generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
  dan: generateKeyPairSync("ed25519").privateKey,
  mallory: generateKeyPairSync("ed25519").privateKey,
} as const;
export type Holder = keyof typeof keys;

export const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

export function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
}

export function signer(name: Holder, changes: Partial<SignerKey> = {}): SignerKey {
  return { name, publicKey: publicPem(keys[name]), ...changes };
}

/** base64url of JSON */
export function encoded(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}
