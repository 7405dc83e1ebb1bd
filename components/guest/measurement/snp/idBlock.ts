import { sign, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { keyBytes, keyDigest, publicKeyOf, readKey, signatureBytes, signatureOf } from "./idKey";

/** What an ID block says, and the secure processor checks before it starts a guest. */
export interface SnpIdentity {
  /** The only launch digest with which the guest starts, 48 bytes hex. */
  readonly launchDigest: string;
  /** 16 bytes hex each, shown in the report. Default: zeros. */
  readonly familyId?: string;
  readonly imageId?: string;
  /** Security version of the guest, shown in the report. Default 0. */
  readonly guestSvn?: number;
  /** Guest policy; must be the one that the guest is started with. Default 0x30000, Kata's snp_guest_policy. */
  readonly policy?: bigint;
}

export interface SnpIdBlockArgs extends SnpIdentity {
  /** Private ECDSA P-384 key that signs the block. */
  readonly idKey: KeyObject;
  /** Private ECDSA P-384 key that signs the ID key: stays offline while ID keys change. */
  readonly authorKey: KeyObject;
}

export interface SnpIdBlock {
  /** 96 bytes, base64: QEMU's `id-block`, Kata's snp_id_block. */
  readonly idBlock: string;
  /** 4,096 bytes, base64: QEMU's `id-auth`, Kata's snp_id_auth. */
  readonly idAuth: string;
}

export interface VerifiedIdBlock extends Required<SnpIdentity> {
  /** SHA-384 of each public key, as the report shows it, hex. */
  readonly idKeyDigest: string;
  readonly authorKeyDigest: string;
}

/** Layouts: SEV-SNP firmware ABI, ID block and ID authentication information structures. */
const block = { size: 96, familyId: 48, imageId: 64, version: 80, guestSvn: 84, policy: 88 };
const auth = { size: 4096, authorAlgorithm: 4, blockSignature: 64, key: 576, keySignature: 1664, authorKey: 2176 };
const keySize = 1028;
const signatureSize = 512;
const blockVersion = 1;
/** ECDSA P-384 with SHA-384, the only one there is. */
const algorithm = 1;
const kataPolicy = 0x30000n;
const debugBit = 1n << 19n;
const mustBeOneBit = 1n << 17n;

/** Makes the block and its authentication. Signatures are random by nature: two results differ, and both are valid. */
export function snpIdBlock({ idKey, authorKey, ...identity }: SnpIdBlockArgs): SnpIdBlock {
  const content = blockBytes(identity);
  const id = keyBytes(publicKeyOf(idKey, "ID key"));
  const author = keyBytes(publicKeyOf(authorKey, "author key"));
  const signed = (data: Uint8Array, key: KeyObject) =>
    signatureBytes(sign("sha384", data, { key, dsaEncoding: "ieee-p1363" }));
  const authentication = Buffer.alloc(auth.size);
  authentication.writeUInt32LE(algorithm, 0);
  authentication.writeUInt32LE(algorithm, auth.authorAlgorithm);
  authentication.set(signed(content, idKey), auth.blockSignature);
  authentication.set(id, auth.key);
  authentication.set(signed(id, authorKey), auth.keySignature);
  authentication.set(author, auth.authorKey);
  return { idBlock: content.toString("base64"), idAuth: authentication.toString("base64") };
}

/** Reads a block and checks both signatures, as the secure processor does. Throws an Error that says what is wrong. */
export function verifyIdBlock({ idBlock, idAuth }: SnpIdBlock): VerifiedIdBlock {
  const content = bytesOf("ID block", idBlock, block.size);
  const authentication = bytesOf("ID authentication", idAuth, auth.size);
  const version = content.readUInt32LE(block.version);
  if (version !== blockVersion)
    throw new Error(`ID block: its version ${version} is not known; make it again, of version ${blockVersion}`);
  for (const offset of [0, auth.authorAlgorithm])
    if (authentication.readUInt32LE(offset) !== algorithm)
      throw new Error("ID authentication: it names another algorithm than ECDSA P-384; make it again with P-384 keys");
  const part = (offset: number, size: number) => authentication.subarray(offset, offset + size);
  const idKey = part(auth.key, keySize);
  const authorKey = part(auth.authorKey, keySize);
  const signed: readonly [string, Buffer, Buffer, number][] = [
    ["the block is not signed by its ID key", content, idKey, auth.blockSignature],
    ["the ID key is not signed by its author key", idKey, authorKey, auth.keySignature],
  ];
  for (const [problem, data, key, signature] of signed) {
    const given = signatureOf(part(signature, signatureSize));
    if (!given || !verify("sha384", data, { key: readKey(key), dsaEncoding: "ieee-p1363" }, given))
      throw new Error(`ID authentication: ${problem}; make block and authentication together`);
  }
  const hex = (start: number, end: number) => content.toString("hex", start, end);
  return {
    launchDigest: hex(0, block.familyId),
    familyId: hex(block.familyId, block.imageId),
    imageId: hex(block.imageId, block.version),
    guestSvn: content.readUInt32LE(block.guestSvn),
    policy: content.readBigUInt64LE(block.policy),
    idKeyDigest: keyDigest(idKey),
    authorKeyDigest: keyDigest(authorKey),
  };
}

function blockBytes({ launchDigest, familyId, imageId, guestSvn = 0, policy = kataPolicy }: SnpIdentity): Buffer {
  const bytes = Buffer.alloc(block.size);
  bytes.set(hexBytes("launch digest", launchDigest, 48), 0);
  bytes.set(hexBytes("family ID", familyId ?? "0".repeat(32), 16), block.familyId);
  bytes.set(hexBytes("image ID", imageId ?? "0".repeat(32), 16), block.imageId);
  if (!Number.isInteger(guestSvn) || guestSvn < 0 || guestSvn >= 2 ** 32)
    throw new Error(`ID block: ${guestSvn} is no security version; write a whole number from 0 to ${2 ** 32 - 1}`);
  if (policy < 0n || policy >= 2n ** 64n || !(policy & mustBeOneBit) || policy & debugBit)
    throw new Error(
      `ID block: policy 0x${policy.toString(16)} starts no guest or lets the host read it; ` +
        "write one with bit 17 set and bit 19 (debug) clear, usually 0x30000",
    );
  bytes.writeUInt32LE(blockVersion, block.version);
  bytes.writeUInt32LE(guestSvn, block.guestSvn);
  bytes.writeBigUInt64LE(policy, block.policy);
  return bytes;
}

function hexBytes(what: string, hex: string, size: number): Buffer {
  if (hex.length !== size * 2 || !/^[0-9a-f]+$/.test(hex))
    throw new Error(`ID block: ${what} "${hex}" is not ${size} bytes; write ${size * 2} lower-case hex digits`);
  return Buffer.from(hex, "hex");
}

function bytesOf(what: string, base64: string, size: number): Buffer {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length !== size || bytes.toString("base64") !== base64)
    throw new Error(`${what}: it is not ${size} bytes of base64; give it as it was made`);
  return bytes;
}
