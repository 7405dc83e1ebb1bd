import type { KeyObject } from "node:crypto";
import { constants, createHmac, generateKeyPairSync, sign, X509Certificate } from "node:crypto";
import type { JWK } from "jose";

/** Tokens of any kind, the odd ones too, which no library would sign. All keys are made for one run. */

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const ecKey = (namedCurve = "P-256"): SigningKey => generateKeyPairSync("ec", { namedCurve });
export const rsaKey = (modulusLength = 2048): SigningKey => generateKeyPairSync("rsa", { modulusLength });
export const jwkOf = ({ publicKey }: SigningKey): JWK => publicKey.export({ format: "jwk" }) as JWK;

export const encoded = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const hashes: Readonly<Record<string, string>> = { "256": "sha256", "384": "sha384", "512": "sha512" };

/** Signs header and claims, objects or ready text, as the algorithm says, whatever the header claims. */
export function signedToken(header: unknown, claims: unknown, key: KeyObject | Buffer, algorithm: string): string {
  const content = `${encoded(header)}.${encoded(claims)}`;
  return `${content}.${signature(Buffer.from(content), key, algorithm).toString("base64url")}`;
}

function signature(content: Buffer, key: KeyObject | Buffer, algorithm: string): Buffer {
  const hash = hashes[algorithm.slice(2)] ?? "sha256";
  if (Buffer.isBuffer(key)) return createHmac(hash, key).update(content).digest();
  if (algorithm.startsWith("PS"))
    return sign(hash, content, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    });
  return sign(hash, content, { key, dsaEncoding: "ieee-p1363" });
}

export const base64Of = (pem: string): string => new X509Certificate(pem).raw.toString("base64");

/** The same object with one thing changed, by a path of names; `undefined` takes it out. */
export function changed<T>(object: T, path: readonly string[], value: unknown): T {
  const copy = structuredClone(object) as Record<string, unknown>;
  let here = copy;
  for (const name of path.slice(0, -1)) here = here[name] as Record<string, unknown>;
  const last = path.at(-1) as string;
  if (value === undefined) delete here[last];
  else here[last] = value;
  return copy as T;
}
