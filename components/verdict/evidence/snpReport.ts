import type { KeyObject } from "node:crypto";
import { verify } from "node:crypto";
import { EvidenceError, Reader } from "./reader";

/** Security version numbers of a host's firmware, as `snphost show tcb` lists them. */
export interface SnpTcb {
  readonly bootloader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

/** What the guest's owner allowed when it was launched; measured with it. */
export interface SnpPolicy {
  readonly abiMajor: number;
  readonly abiMinor: number;
  readonly smtAllowed: boolean;
  readonly migrateMaAllowed: boolean;
  readonly debugAllowed: boolean;
  readonly singleSocket: boolean;
}

/** Hex fields are lower case. */
export interface SnpReport {
  readonly version: number;
  readonly policy: SnpPolicy;
  /** Privilege level of whoever asked for the report: 0 is the guest's own kernel. */
  readonly vmpl: number;
  readonly smtEnabled: boolean;
  readonly tsmeEnabled: boolean;
  /** 0: VCEK, the chip's key; 1: VLEK, a cloud's. */
  readonly signingKey: number;
  /** 64 bytes that the guest chose. */
  readonly reportData: string;
  /** Launch digest, 48 bytes. */
  readonly measurement: string;
  /** 32 bytes that the host gave at launch: the init-data's digest. */
  readonly hostData: string;
  readonly reportedTcb: SnpTcb;
  /** 64 bytes that name the processor; zeros where its owner hides it. */
  readonly chipId: string;
  readonly signed: Buffer;
  /** R and S, 48 bytes each, big-endian. */
  readonly signature: Buffer;
}

export const snpReportBytes = 1184;
/** Bytes before the signature: what it covers. */
export const snpSignedBytes = 0x2a0;
/** CPUID family of Turin, whose TCB has its bytes elsewhere. */
const turinFamily = 0x1a;

/**
 * An attestation report of the SEV-SNP firmware, versions 2 to 5. The fields are where AMD's "SEV-SNP Firmware ABI
 * Specification" (document 56860, table ATTESTATION_REPORT) puts them; checked on a report of a real machine. Nothing is
 * verified here but the structure.
 */
export function parseSnpReport(bytes: Uint8Array): SnpReport {
  if (bytes.length !== snpReportBytes)
    throw new EvidenceError(`SNP report: ${bytes.length} bytes; a report has ${snpReportBytes}`);
  const read = new Reader(bytes, "SNP report");
  const version = read.uint(4, "version");
  if (version < 2 || version > 5)
    throw new EvidenceError(`SNP report: version ${version} is not known; versions 2 to 5 are`);
  read.skip(4, "guest SVN");
  const policy = policyOf(read.uint64("policy"));
  read.skip(32, "family and image id");
  const vmpl = read.uint(4, "VMPL");
  const algorithm = read.uint(4, "signature algorithm");
  if (algorithm !== 1)
    throw new EvidenceError(`SNP report: signature algorithm ${algorithm}; 1, ECDSA P-384 with SHA-384, is known`);
  read.skip(8, "current TCB");
  const platform = read.uint64("platform information");
  const flags = read.uint(4, "key information");
  read.skip(4, "reserved");
  const reportData = read.hex(64, "report data");
  const measurement = read.hex(48, "measurement");
  const hostData = read.hex(32, "host data");
  read.skip(48 + 48 + 32 + 32, "key digests and report ids");
  const tcb = read.take(8, "reported TCB");
  const family = read.uint(1, "CPUID family");
  if (version >= 3 && family === turinFamily)
    throw new EvidenceError("SNP report: its processor is a Turin, which the reference architecture does not validate");
  read.skip(23, "CPUID and reserved");
  const chipId = read.hex(64, "chip id");
  return {
    version,
    policy,
    vmpl,
    smtEnabled: (platform & 1n) !== 0n,
    tsmeEnabled: (platform & 2n) !== 0n,
    signingKey: (flags >> 2) & 7,
    reportData,
    measurement,
    hostData,
    reportedTcb: tcbOf(tcb),
    chipId,
    signed: Buffer.from(bytes.subarray(0, snpSignedBytes)),
    signature: Buffer.concat([scalar(bytes, snpSignedBytes), scalar(bytes, snpSignedBytes + 72)]),
  };
}

/** Whether the key signed the report. */
export function snpSignatureHolds({ signed, signature }: SnpReport, key: KeyObject): boolean {
  return (
    key.asymmetricKeyDetails?.namedCurve === "secp384r1" &&
    verify("sha384", signed, { key, dsaEncoding: "ieee-p1363" }, signature)
  );
}

function policyOf(bits: bigint): SnpPolicy {
  const bit = (index: bigint) => (bits & (1n << index)) !== 0n;
  return {
    abiMinor: Number(bits & 0xffn),
    abiMajor: Number((bits >> 8n) & 0xffn),
    smtAllowed: bit(16n),
    migrateMaAllowed: bit(18n),
    debugAllowed: bit(19n),
    singleSocket: bit(20n),
  };
}

/** TCB_VERSION of Milan and Genoa. */
function tcbOf(bytes: Buffer): SnpTcb {
  return {
    bootloader: bytes.readUInt8(0),
    tee: bytes.readUInt8(1),
    snp: bytes.readUInt8(6),
    microcode: bytes.readUInt8(7),
  };
}

/** 72 bytes little-endian, of which a P-384 scalar fills 48. */
function scalar(bytes: Uint8Array, offset: number): Buffer {
  const field = Buffer.from(bytes.subarray(offset, offset + 72));
  if (field.subarray(48).some((byte) => byte !== 0))
    throw new EvidenceError("SNP report: its signature is longer than P-384 allows");
  return field.subarray(0, 48).reverse();
}
