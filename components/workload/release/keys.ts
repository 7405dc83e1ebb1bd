import { createPublicKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { calculateJwkThumbprint } from "jose";

/** The only algorithms that sign releases: each is fixed by its key, so that none can be talked into another. */
export const signingAlgorithms = ["ES256", "ES384", "EdDSA"] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** What a user may bring instead of a key that is refused. */
export const usableKeys = "an Ed25519, P-256 or P-384 key";

/** The one algorithm of a key, public or private; undefined for keys that may not sign releases (RSA among them). */
export function algorithmOf(key: KeyObject): SigningAlgorithm | undefined {
  if (key.asymmetricKeyType === "ed25519") return "EdDSA";
  if (key.asymmetricKeyType !== "ec") return undefined;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  return curve === "prime256v1" ? "ES256" : curve === "secp384r1" ? "ES384" : undefined;
}

/** Name of a key in signatures: SHA-256 thumbprint of its public half (RFC 7638), base64url. */
export async function keyId(key: KeyObject): Promise<string> {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return calculateJwkThumbprint(publicKey.export({ format: "jwk" }) as Record<string, string>, "sha256");
}

/** Opens a public key as PEM (SPKI); the problem, as the end of a sentence, where it is none that may sign releases. */
export function readPublicKey(pem: string): { readonly key: KeyObject } | { readonly problem: string } {
  // Node would derive the public key of a private one: a policy is no place for that.
  if (/PRIVATE KEY/.test(pem))
    return { problem: "is a private key; write the public half, and keep this one to yourself" };
  if (!/^-----BEGIN PUBLIC KEY-----\n[\s\S]+\n-----END PUBLIC KEY-----\s*$/.test(pem))
    return { problem: "is no PEM public key; write it from BEGIN PUBLIC KEY to END PUBLIC KEY" };
  try {
    const key = createPublicKey(pem);
    if (algorithmOf(key) === undefined)
      return {
        problem: `is of a kind (${key.asymmetricKeyType ?? "unknown"}) that may not sign releases; use ${usableKeys}`,
      };
    return { key };
  } catch {
    return { problem: `cannot be read as a public key; write the PEM of ${usableKeys}` };
  }
}
