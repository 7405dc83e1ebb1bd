import { createCipheriv, createDecipheriv, sign, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { base64Bytes, parseJson } from "./base64";
import { kbsResourceUri } from "./kbsResource";
import { SealingError } from "./sealingError";

/**
 * Sealed secrets of Confidential Containers: a JWS (ES256) that a Kubernetes Secret carries and only the guest opens
 * (guest-components confidential-data-hub/hub/src/secret, v0.21.0). `vault` refers to a resource of the broker or of a
 * key management service, `envelope` holds the secret itself under a data key which such a service has wrapped.
 */
const settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const keyId = z.union([kbsResourceUri, z.string().regex(/^[\w-]+$/)], "neither kbs:///… nor the name of a key file");

const vault = z
  .strictObject({
    version: z.literal("0.1.0"),
    type: z.literal("vault"),
    name: z.string().min(1),
    provider: z.enum(["kbs", "aliyun", "aws"]),
    provider_settings: settings,
    annotations: settings,
  })
  .refine(({ provider, name }) => provider !== "kbs" || kbsResourceUri.safeParse(name).success, {
    path: ["name"],
    message: "no KBS resource, kbs:///<repository>/<type>/<tag>",
  });

const envelope = z.strictObject({
  version: z.literal("0.1.0"),
  type: z.literal("envelope"),
  provider: z.enum(["aliyun", "aws", "ehsm"]),
  key_id: z.string().min(1),
  encrypted_key: base64Bytes.refine((bytes) => bytes.length > 0, "empty"),
  encrypted_data: base64Bytes.refine((bytes) => bytes.length >= 16, "shorter than its tag"),
  // The guest knows A256CTR, too, which shows no change of the ciphertext.
  wrap_type: z.literal("A256GCM"),
  iv: base64Bytes.refine((bytes) => bytes.length === 12, "not 12 bytes"),
  provider_settings: settings,
  annotations: settings,
});

const content = z.discriminatedUnion("type", [vault, envelope]);
const header = z.strictObject({ b64: z.literal(true).optional(), alg: z.literal("ES256"), kid: keyId });

export type VaultSecret = z.infer<typeof vault>;
export type EnvelopeSecret = z.infer<typeof envelope>;
export type SealedSecretContent = z.infer<typeof content>;

/** The secret as text for a Kubernetes Secret, signed by the owner's P-256 key that the guest finds under `kid`. */
export function renderSealedSecret(secret: SealedSecretContent, kid: string, privateKey: KeyObject): string {
  const fail = (reason: string) => new SealingError(`sealed secret: ${reason}`);
  checkCurve(privateKey, fail);
  if (!keyId.safeParse(kid).success) throw fail(`"${kid}" is no key id; write kbs:///<repository>/<type>/<tag>`);
  const payload = JSON.stringify(jsonOf(secret));
  parseJson(content, payload, fail);
  const input = `${encode(JSON.stringify({ b64: true, alg: "ES256", kid }))}.${encode(payload)}`;
  const signature = sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `sealed.${input}.${signature.toString("base64url")}`;
}

/**
 * Reads a sealed secret and checks its signature. Which key signs is the caller's word: the header is not to be trusted
 * before the signature holds. The unsigned form with `fakejwsheader` is refused like any other.
 */
export function verifySealedSecret(text: string, kid: string, publicKey: KeyObject): SealedSecretContent {
  const fail = (reason: string) => new SealingError(`sealed secret: ${reason}`);
  checkCurve(publicKey, fail);
  const [prefix, head, payload, signature, ...rest] = text.trim().split(".");
  if (prefix !== "sealed" || !head || !payload || !signature || rest.length > 0)
    throw fail("it is not sealed.<header>.<payload>.<signature>");
  if (head === "fakejwsheader" || signature === "fakesignature")
    throw fail("it is not signed; seal it with `trustfoundry secret seal`");
  const said = parseJson(header, decode(head, fail).toString("utf8"), (reason) => fail(`header: ${reason}`));
  if (said.kid !== kid) throw fail(`it is signed by ${said.kid}, where ${kid} is expected`);
  const proof = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
  if (!verify("sha256", Buffer.from(`${head}.${payload}`), proof, decode(signature, fail)))
    throw fail(`the signature is not by ${kid}, or the secret was changed`);
  return parseJson(content, decode(payload, fail).toString("utf8"), (reason) => fail(`payload: ${reason}`));
}

export interface EnvelopeArgs {
  readonly provider: EnvelopeSecret["provider"];
  /** The wrapping key's id in the key management service. */
  readonly keyId: string;
  /** 32 bytes that the service made, and the same as it wrapped them. */
  readonly dataKey: Uint8Array;
  readonly wrappedDataKey: Uint8Array;
  /** 12 random bytes, never used before with this data key. */
  readonly iv: Uint8Array;
  readonly providerSettings?: EnvelopeSecret["provider_settings"];
  readonly annotations?: EnvelopeSecret["annotations"];
}

/** Encrypts a secret under a data key. */
export function sealEnvelope(secret: Uint8Array, args: EnvelopeArgs): EnvelopeSecret {
  checkDataKey(args.dataKey);
  const cipher = createCipheriv("aes-256-gcm", args.dataKey, args.iv, { authTagLength: 16 });
  return {
    version: "0.1.0",
    type: "envelope",
    provider: args.provider,
    key_id: args.keyId,
    encrypted_key: Buffer.from(args.wrappedDataKey),
    encrypted_data: Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]),
    wrap_type: "A256GCM",
    iv: Buffer.from(args.iv),
    provider_settings: args.providerSettings ?? {},
    annotations: args.annotations ?? {},
  };
}

export function openEnvelope({ encrypted_data, iv }: EnvelopeSecret, dataKey: Uint8Array): Buffer {
  checkDataKey(dataKey);
  const decipher = createDecipheriv("aes-256-gcm", dataKey, iv, { authTagLength: 16 });
  decipher.setAuthTag(encrypted_data.subarray(-16));
  try {
    return Buffer.concat([decipher.update(encrypted_data.subarray(0, -16)), decipher.final()]);
  } catch {
    throw new SealingError("sealed secret: it does not open; the data key is another, or the secret was changed");
  }
}

/** As it is serialised: bytes as base64. */
function jsonOf(secret: SealedSecretContent): unknown {
  return Object.fromEntries(
    Object.entries(secret).map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString("base64") : value]),
  );
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}

function decode(text: string, fail: (reason: string) => Error): Buffer {
  const bytes = Buffer.from(text, "base64url");
  if (bytes.toString("base64url") !== text) throw fail("a part of it is no base64url");
  return bytes;
}

function checkCurve(key: KeyObject, fail: (reason: string) => Error): void {
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") throw fail("the signing key is no P-256 key");
}

function checkDataKey(key: Uint8Array): void {
  if (key.length !== 32) throw new SealingError(`sealed secret: the data key has ${key.length} bytes, not 32`);
}
