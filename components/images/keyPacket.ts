import { createCipheriv, createDecipheriv } from "node:crypto";
import { z } from "zod";
import { base64Bytes, parseJson } from "./base64";
import { kbsResourceUri } from "./kbsResource";
import { SealingError } from "./sealingError";

/** Annotation of an encrypted layer that the guest's key provider opens: base64 of the packet's JSON. */
export const keyPacketAnnotation = "org.opencontainers.image.enc.keys.provider.attestation-agent";

/**
 * The layer's options, wrapped by a key that only the key broker has: guest-components
 * confidential-data-hub/hub/src/image/annotation_packet (v0.21.0). It reads both versions; the second says in addition
 * who unwraps, which here is always the broker.
 */
export interface KeyPacket {
  readonly version: 1 | 2;
  /** `kbs:///…` of the wrapping key. */
  readonly kid: string;
  /** AES-256-GCM ciphertext and its 16-byte tag. */
  readonly wrappedData: Buffer;
  /** 12 bytes. */
  readonly iv: Buffer;
}

const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
/** Options are a few hundred bytes; a packet travels in a manifest, which registries limit to 4 MiB. */
const longestAnnotation = 64 * 1024;

const common = {
  kid: kbsResourceUri,
  wrapped_data: base64Bytes.refine((bytes) => bytes.length > tagBytes, "shorter than its tag"),
  iv: base64Bytes.refine((bytes) => bytes.length === ivBytes, `not ${ivBytes} bytes`),
  // The guest knows A256CTR, too; that has no tag, so whoever stores the image could change the options.
  wrap_type: z.literal("A256GCM", "not A256GCM, the only wrapping that shows changes"),
};
const empty = z.strictObject({});
const packetJson = z.union([
  z.strictObject(common),
  z.strictObject({
    version: z.literal("0.1.0"),
    provider: z.literal("kbs"),
    provider_settings: empty,
    annotations: empty,
    ...common,
  }),
]);

/** The annotation's value. */
export function renderKeyPacket({ version, kid, wrappedData, iv }: KeyPacket): string {
  const wrapped = { wrapped_data: wrappedData.toString("base64"), iv: iv.toString("base64"), wrap_type: "A256GCM" };
  const json =
    version === 1
      ? { kid, ...wrapped }
      : { version: "0.1.0", kid, provider: "kbs", ...wrapped, provider_settings: {}, annotations: {} };
  return Buffer.from(JSON.stringify(json)).toString("base64");
}

/** Reads an annotation; anything unusual is refused, as the guest would fail on it later and elsewhere. */
export function parseKeyPacket(annotation: string): KeyPacket {
  const fail = (reason: string) =>
    new SealingError(`key packet: ${reason}; the layer was sealed by other means or changed, seal it again`);
  if (annotation.length > longestAnnotation) throw fail(`it has ${annotation.length} characters`);
  if (annotation.includes(",")) throw fail("it holds several packets, where one is expected");
  const bytes = base64Bytes.safeParse(annotation);
  if (!bytes.success || annotation === "") throw fail("it is no padded base64");
  const json = parseJson(packetJson, bytes.data.toString("utf8"), fail);
  return { version: "version" in json ? 2 : 1, kid: json.kid, wrappedData: json.wrapped_data, iv: json.iv };
}

export interface WrapArgs {
  /** The 32 bytes that the broker keeps under `keyUri`. */
  readonly key: Uint8Array;
  readonly keyUri: string;
  /** 12 random bytes, never used before with this key. */
  readonly iv: Uint8Array;
  readonly version: 1 | 2;
}

export function wrapLayerOptions(options: Uint8Array, { key, keyUri, iv, version }: WrapArgs): KeyPacket {
  checkKey(key);
  const kid = kbsResourceUri.parse(keyUri);
  const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: tagBytes });
  const wrappedData = Buffer.concat([cipher.update(options), cipher.final(), cipher.getAuthTag()]);
  return { version, kid, wrappedData, iv: Buffer.from(iv) };
}

export function unwrapLayerOptions({ kid, wrappedData, iv }: KeyPacket, key: Uint8Array): Buffer {
  checkKey(key);
  const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: tagBytes });
  decipher.setAuthTag(wrappedData.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(wrappedData.subarray(0, -tagBytes)), decipher.final()]);
  } catch {
    throw new SealingError(`key packet: it does not open; the key is not ${kid}, or the packet was changed`);
  }
}

function checkKey(key: Uint8Array): void {
  if (key.length !== keyBytes)
    throw new SealingError(
      `the key of an encrypted layer has ${key.length} bytes, not ${keyBytes}; make one with \`trustfoundry model keygen\``,
    );
}
