import type { KeyObject } from "node:crypto";
import { createPublicKey, X509Certificate } from "node:crypto";
import type { JWK } from "jose";
import { at, isObject } from "./strictJson";
import type { JsonObject } from "./strictJson";

/** A key that the reader chose, and the one algorithm that signatures by it are verified with. */
export interface PinnedKey {
  readonly key: KeyObject;
  readonly algorithm: string;
  /** Key id of a JWK. */
  readonly id?: string;
  /** DER, where a certificate was pinned. */
  readonly certificate?: Buffer;
}

/** By curve. Trustee v0.21.0 signs with P-256 alone (attestation-service/src/ear_token/broker.rs). */
const algorithms: Readonly<Record<string, string>> = { prime256v1: "ES256", secp384r1: "ES384" };

/** Reads what was pinned, JWKs or certificates as PEM; or says in a sentence what is wrong with it. */
export function readPinnedKeys(
  pinned: readonly (JWK | string)[],
  now: Date,
): { readonly keys: readonly PinnedKey[] } | { readonly problem: string } {
  if (pinned.length === 0) return { problem: "no key of the signer was pinned; name one" };
  const keys: PinnedKey[] = [];
  for (const [index, pin] of pinned.entries()) {
    const read = typeof pin === "string" ? certificateKey(pin, now) : jwkKey(pin);
    if (typeof read === "string") return { problem: `pinned key ${index + 1}: ${read}` };
    keys.push(read);
  }
  return { keys };
}

/**
 * Which pinned keys the header speaks of: a key or certificate in it counts only where it is the pinned one. A problem, as a
 * sentence, where it speaks of others alone.
 */
export function keysOfHeader(
  header: JsonObject,
  pinned: readonly PinnedKey[],
): { readonly keys: readonly PinnedKey[] } | { readonly problem: string } {
  const judged = pinned.map((pin) => ({ pin, problem: mismatch(header, pin) }));
  const keys = judged.flatMap(({ pin, problem }) => (problem === undefined ? [pin] : []));
  return keys.length > 0 ? { keys } : { problem: judged[0]?.problem ?? "no key was pinned" };
}

function mismatch(header: JsonObject, pin: PinnedKey): string | undefined {
  if (pin.id !== undefined && header.kid !== undefined && header.kid !== pin.id)
    return "the header's key id is that of no pinned key";
  if (header.jwk !== undefined && !sameKey(header.jwk, pin.key)) return "the key in the header is not a pinned one";
  for (const chain of [header.x5c, at(header.jwk, "x5c")])
    if (chain !== undefined && !startsWith(chain, pin)) return "the certificate in the header is not of a pinned key";
  return undefined;
}

function sameKey(jwk: unknown, key: KeyObject): boolean {
  const pinned = key.export({ format: "jwk" });
  return isObject(jwk) && ["kty", "crv", "x", "y"].every((name) => jwk[name] === pinned[name]);
}

/** The signer's own certificate stands first. Trustee writes base64 (RFC 7517); older ones wrote base64url. */
function startsWith(chain: unknown, { certificate, key }: PinnedKey): boolean {
  const first: unknown = Array.isArray(chain) ? chain[0] : undefined;
  if (typeof first !== "string") return false;
  const bytes = Buffer.from(first, "base64");
  if (certificate) return bytes.equals(certificate);
  try {
    return new X509Certificate(bytes).publicKey.equals(key);
  } catch {
    return false;
  }
}

function certificateKey(pem: string, now: Date): PinnedKey | string {
  if (pem.includes("PRIVATE KEY")) return "is a private key; pin the certificate alone, and replace that key";
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return "is neither a certificate as PEM nor a JWK";
  }
  const publicKey = keyOf(certificate);
  if (!publicKey)
    return "is a certificate with a key of a kind that OpenSSL does not know; pin one with P-256 or P-384";
  if (now < new Date(certificate.validFrom) || now > new Date(certificate.validTo))
    return `the certificate is valid from ${certificate.validFrom} to ${certificate.validTo}, and not now`;
  const key = withAlgorithm(publicKey);
  return typeof key === "string" ? key : { ...key, certificate: certificate.raw };
}

/** OpenSSL reads the key when it is asked for, and throws where it does not know the kind. */
function keyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}

function jwkKey(jwk: JWK): PinnedKey | string {
  if (jwk.d !== undefined || jwk.k !== undefined || jwk.kty === "oct")
    return "is a private or secret key; pin the public one, and replace that key";
  let key: KeyObject;
  try {
    key = createPublicKey({ key: { ...jwk }, format: "jwk" });
  } catch {
    return "is no public key as JWK";
  }
  const pin = withAlgorithm(key);
  if (typeof pin === "string") return pin;
  if (jwk.alg !== undefined && jwk.alg !== pin.algorithm)
    return `says algorithm ${jwk.alg}; by its curve it is ${pin.algorithm}`;
  if (jwk.use !== undefined && jwk.use !== "sig") return "is not for signatures (use)";
  return { ...pin, ...(jwk.kid !== undefined && { id: jwk.kid }) };
}

function withAlgorithm(key: KeyObject): PinnedKey | string {
  const algorithm = algorithms[key.asymmetricKeyDetails?.namedCurve ?? ""];
  return algorithm ? { key, algorithm } : "is not of curve P-256 or P-384, with which attestation services sign";
}
