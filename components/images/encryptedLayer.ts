import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { base64Bytes, parseJson } from "./base64";
import { SealingError } from "./sealingError";

/**
 * Encrypted image layers in the format of containers/ocicrypt 1.3 (blockcipher, encryption.go), which image-rs opens in
 * the guest. Format and choice of ciphers are ocicrypt's, primitives node:crypto's: AES-256-CTR, then HMAC-SHA-256 of
 * the ciphertext under the same, single-use key. `npm run oracles` holds it against the library itself, both ways.
 */
const layerCipher = "AES_256_CTR_HMAC_SHA256";

/** Annotation with the options that need no secrecy: base64 of JSON. */
export const publicOptionsAnnotation = "org.opencontainers.image.enc.pubopts";

/** An uncompressed layer: weights hardly compress, and so its digest is the diff id. */
const plainLayerType = "application/vnd.oci.image.layer.v1.tar";
export const encryptedLayerType = `${plainLayerType}+encrypted`;

/** Opens one layer; wrapped by the broker's key in a key packet. */
export interface PrivateLayerOptions {
  /** 32 bytes, for this layer alone. */
  readonly key: Buffer;
  /** 16 bytes, the counter's start. */
  readonly nonce: Buffer;
  /** `sha256:…` of the plain layer. */
  readonly digest: string;
}

export interface PublicLayerOptions {
  /** HMAC-SHA-256 of the ciphertext. */
  readonly hmac: Buffer;
}

export interface SealedLayer {
  readonly privateOptions: PrivateLayerOptions;
  readonly publicOptions: PublicLayerOptions;
}

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The layer, encrypted piece by piece; the generator's return value is known after the last piece. */
export async function* sealLayer(
  plain: Bytes,
  { key, nonce }: { readonly key: Buffer; readonly nonce: Buffer },
): AsyncGenerator<Buffer, SealedLayer> {
  const cipher = createCipheriv("aes-256-ctr", key, nonce);
  const hmac = createHmac("sha256", key);
  const hash = createHash("sha256");
  for await (const piece of plain) {
    hash.update(piece);
    const sealed = cipher.update(piece);
    hmac.update(sealed);
    yield sealed;
  }
  return {
    privateOptions: { key, nonce, digest: `sha256:${hash.digest("hex")}` },
    publicOptions: { hmac: hmac.digest() },
  };
}

/**
 * The plain layer, piece by piece. Throws after the last piece where the ciphertext or the digest is another: nothing
 * may be used before the generator has ended.
 */
export async function* openLayer(sealed: Bytes, options: SealedLayer): AsyncGenerator<Buffer, void> {
  const { key, nonce, digest } = options.privateOptions;
  const decipher = createDecipheriv("aes-256-ctr", key, nonce);
  const hmac = createHmac("sha256", key);
  const hash = createHash("sha256");
  for await (const piece of sealed) {
    hmac.update(piece);
    const plain = decipher.update(piece);
    hash.update(plain);
    yield plain;
  }
  if (!timingSafeEqual(hmac.digest(), options.publicOptions.hmac))
    throw new SealingError("encrypted layer: its HMAC is another, so it was changed or cut short; fetch it again");
  if (`sha256:${hash.digest("hex")}` !== digest)
    throw new SealingError("encrypted layer: it opens to another digest than it was sealed with; seal it again");
}

const bytes = (length: number) => base64Bytes.refine((value) => value.length === length, `not ${length} bytes`);
const privateJson = z.strictObject({
  symkey: bytes(32),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, "no sha256 digest"),
  cipheroptions: z.strictObject({ nonce: bytes(16) }),
});
const publicJson = z.strictObject({
  cipher: z.literal(layerCipher, `not ${layerCipher}`),
  hmac: bytes(32),
  // The library prefers a nonce given here to the wrapped one, and the HMAC does not cover it.
  cipheroptions: z.strictObject({}).nullable(),
});

export function renderPrivateOptions({ key, nonce, digest }: PrivateLayerOptions): Buffer {
  const cipheroptions = { nonce: nonce.toString("base64") };
  return Buffer.from(JSON.stringify({ symkey: key.toString("base64"), digest, cipheroptions }));
}

export function parsePrivateOptions(json: Uint8Array): PrivateLayerOptions {
  const fail = () => new SealingError("encrypted layer: the key packet opens, but holds no options of ocicrypt");
  const { symkey, digest, cipheroptions } = parseJson(privateJson, Buffer.from(json).toString("utf8"), fail);
  return { key: symkey, nonce: cipheroptions.nonce, digest };
}

/** The value of the annotation. */
export function renderPublicOptions({ hmac }: PublicLayerOptions): string {
  const json = JSON.stringify({ cipher: layerCipher, hmac: hmac.toString("base64"), cipheroptions: {} });
  return Buffer.from(json).toString("base64");
}

export function parsePublicOptions(annotation: string): PublicLayerOptions {
  const fail = (reason: string) =>
    new SealingError(`encrypted layer: annotation ${publicOptionsAnnotation}: ${reason}`);
  const decoded = base64Bytes.safeParse(annotation);
  if (!decoded.success) throw fail("it is no padded base64");
  return { hmac: parseJson(publicJson, decoded.data.toString("utf8"), fail).hmac };
}
