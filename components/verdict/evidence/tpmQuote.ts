import type { KeyObject } from "node:crypto";
import { constants, createHash, verify } from "node:crypto";
import { EvidenceError } from "./reader";

/** A statement of a TPM about its registers. */
export interface TpmQuote {
  /** What whoever asked for it wanted in it, hex. */
  readonly extraData: string;
  /** Which registers of which bank the digest is of. */
  readonly selection: readonly { readonly hash: number; readonly registers: readonly number[] }[];
  /** Hash over the values of all selected registers, hex. */
  readonly digest: string;
}

/** TPM_ALG_SHA256. */
export const tpmSha256 = 0x000b;
const generated = 0xff544347;
const quoteType = 0x8018;

/**
 * TPMS_ATTEST of a quote: TCG "TPM 2.0 Library, Part 2: Structures" (revision 1.59), tables TPMS_ATTEST, TPMS_CLOCK_INFO,
 * TPMS_QUOTE_INFO and TPML_PCR_SELECTION; numbers are big-endian. Checked on published quotes of three real machines.
 * Nothing is verified here but the structure.
 */
export function parseTpmQuote(bytes: Uint8Array): TpmQuote {
  const read = new BigEndianReader(bytes);
  const magic = read.uint(4, "magic");
  // Only the TPM itself writes it; a key for attestation signs no other text that begins so.
  if (magic !== generated) throw new EvidenceError("TPM quote: it does not begin as what a TPM made itself");
  const type = read.uint(2, "type");
  if (type !== quoteType)
    throw new EvidenceError(`TPM quote: it is of type 0x${type.toString(16)}, and no quote (0x8018)`);
  read.sized("name of the signer");
  const extraData = read.sized("extra data").toString("hex");
  read.take(17, "clock");
  read.take(8, "firmware version");
  const count = read.uint(4, "number of selections");
  if (count > 16) throw new EvidenceError(`TPM quote: ${count} selections of registers; a TPM has fewer banks`);
  const selection = Array.from({ length: count }, () => {
    const hash = read.uint(2, "hash of a selection");
    const bitmap = read.take(read.uint(1, "size of a selection"), "selection");
    return { hash, registers: bitsOf(bitmap) };
  });
  const digest = read.sized("digest").toString("hex");
  read.end();
  return { extraData, selection, digest };
}

/** Whether the quote is of the first `count` registers of the SHA-256 bank, once, and of nothing else. */
export function isWholeBank({ selection }: TpmQuote, count: number): boolean {
  const [only, ...more] = selection;
  return (
    more.length === 0 &&
    only?.hash === tpmSha256 &&
    only.registers.length === count &&
    only.registers.every((register, index) => register === index)
  );
}

/** Digest that a quote of these values, hex, by number, has to have. */
export function registersDigest(values: readonly string[]): string {
  const hash = createHash("sha256");
  for (const value of values) hash.update(Buffer.from(value, "hex"));
  return hash.digest("hex");
}

/** A register of zeros after one thing was put into it: how a digest gets into a TPM. Hex. */
export function extendedOnce(digest: string): string {
  return createHash("sha256").update(Buffer.alloc(32)).update(Buffer.from(digest, "hex")).digest("hex");
}

/** Whether the key signed it, by RSASSA-PKCS1-v1_5 with SHA-256. */
export function tpmSignatureHolds(message: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  return (
    key.asymmetricKeyType === "rsa" &&
    verify("sha256", message, { key, padding: constants.RSA_PKCS1_PADDING }, signature)
  );
}

function bitsOf(bitmap: Buffer): number[] {
  return [...bitmap].flatMap((byte, at) =>
    Array.from({ length: 8 }, (_, bit) => bit)
      .filter((bit) => (byte >> bit) & 1)
      .map((bit) => at * 8 + bit),
  );
}

class BigEndianReader {
  private offset = 0;

  constructor(private readonly bytes: Uint8Array) {}

  take(length: number, field: string): Buffer {
    if (length > this.bytes.length - this.offset)
      throw new EvidenceError(
        `TPM quote: ${field} takes ${length} bytes at offset ${this.offset}, and ${this.bytes.length - this.offset} are left`,
      );
    const taken = Buffer.from(this.bytes.subarray(this.offset, this.offset + length));
    this.offset += length;
    return taken;
  }

  uint(length: 1 | 2 | 4, field: string): number {
    return this.take(length, field).readUIntBE(0, length);
  }

  /** With two bytes of length before it. */
  sized(field: string): Buffer {
    return this.take(this.uint(2, `length of the ${field}`), field);
  }

  end(): void {
    if (this.offset < this.bytes.length)
      throw new EvidenceError(`TPM quote: ${this.bytes.length - this.offset} bytes follow its end`);
  }
}
