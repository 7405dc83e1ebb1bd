import type { KeyObject } from "node:crypto";
import { verify } from "node:crypto";
import { EvidenceError, Reader } from "./reader";
import type { NewerSnpPolicy, SigningKey, SnpPlatform, SnpPolicy, SnpTcb, TcbLayout } from "./snpBits";
import {
  policyProblem,
  readPlatform,
  readPolicy,
  readTcb,
  reservedTcbBytes,
  signingKeys,
  unknownPlatformBits,
} from "./snpBits";

export type { SnpPlatform, SnpPolicy, SnpTcb } from "./snpBits";

/** Version of the firmware's interface and its build. */
export interface FirmwareVersion {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
}

/** Hex fields are lower case. */
export interface SnpReport {
  readonly version: number;
  /** What the guest's owner calls the guest's version, in its ID block. */
  readonly guestSvn: number;
  readonly policy: SnpPolicy & NewerSnpPolicy;
  /** 16 bytes each, of the ID block. */
  readonly familyId: string;
  readonly imageId: string;
  /** Privilege level of whoever asked for the report: 0 is the guest's own kernel, or what runs beneath it. */
  readonly vmpl: number;
  readonly platform: SnpPlatform;
  /** Whose key signed: 0: VCEK, the chip's; 1: VLEK, a cloud's; 7: nobody's. Others are reserved. */
  readonly signingKey: number;
  /** The host has the chip's key out of use: the signature is zeros. */
  readonly chipKeyMasked: boolean;
  /** An author key certified the ID key. */
  readonly authorKeyEnabled: boolean;
  /** 64 bytes that the guest chose. */
  readonly reportData: string;
  /** Launch digest, 48 bytes. */
  readonly measurement: string;
  /** 32 bytes that the host gave at launch: the init-data's digest. */
  readonly hostData: string;
  /** SHA-384 of the keys that signed the guest's ID block; zeros where it was launched without. */
  readonly idKeyDigest: string;
  readonly authorKeyDigest: string;
  /** Names the guest until it ends, and its migration agent: all ones without. */
  readonly reportId: string;
  readonly migrationAgentReportId: string;
  /** What the signing key was made for; the host may choose an older version than it runs. */
  readonly reportedTcb: SnpTcb;
  readonly currentTcb: SnpTcb;
  /** The firmware cannot go back behind this one. */
  readonly committedTcb: SnpTcb;
  /** The current one when the guest was launched, or received. */
  readonly launchTcb: SnpTcb;
  readonly currentFirmware: FirmwareVersion;
  readonly committedFirmware: FirmwareVersion;
  /** From version 3 on; families and models as CPUID gives them, combined. */
  readonly cpu?: { readonly family: number; readonly model: number; readonly stepping: number };
  /** 64 bytes that name the processor (Turin: 8, then zeros); zeros where its owner hides it. */
  readonly chipId: string;
  /** Mitigations that were in force, bit by bit; which bit means what depends on the processor. From version 5 on. */
  readonly mitigations?: { readonly launch: bigint; readonly current: bigint };
  /** What is not as it has to be, or set where nothing is known to be: whoever judges the report decides. */
  readonly reserved: readonly string[];
  /** Bits of the platform information without a known meaning. */
  readonly unknownPlatformBits: bigint;
  readonly signed: Buffer;
  /** R and S, 48 bytes each, big-endian. */
  readonly signature: Buffer;
}

export const snpReportBytes = 1184;
/** Bytes before the signature: what it covers. */
export const snpSignedBytes = 0x2a0;
const scalarBytes = 72;
/** CPUID family of Zen 5 and later, whose TCB has its bytes elsewhere. */
export const turinFamily = 0x1a;

/**
 * An attestation report of the SEV-SNP firmware, versions 2 to 5. The fields are where AMD's "SEV-SNP Firmware ABI
 * Specification" (document 56860, revision 1.58, table 23, ATTESTATION_REPORT) puts them; checked on reports of real
 * processors (Milan version 2, Milan version 3 with a VLEK, Genoa and Turin version 5). Nothing is verified here but the
 * structure.
 */
export function parseSnpReport(bytes: Uint8Array): SnpReport {
  if (bytes.length !== snpReportBytes)
    throw new EvidenceError(`SNP report: ${bytes.length} bytes; a report has ${snpReportBytes}`);
  const read = new Reader(bytes, "SNP report");
  const version = read.uint(4, "version");
  if (version < 2 || version > 5)
    throw new EvidenceError(`SNP report: version ${version} is not known; versions 2 to 5 are`);
  const layout = layoutOf(version, bytes);
  const reserved: string[] = [];
  const zeros = (length: number, name: string) => {
    if (read.take(length, name).some((byte) => byte !== 0)) reserved.push(`${name} are not 0`);
  };
  const tcb = (name: string) => {
    const taken = read.take(8, name);
    if (reservedTcbBytes(layout).some((at) => taken[at] !== 0))
      reserved.push(`reserved bytes of the ${name} are not 0`);
    return readTcb(taken, layout);
  };
  const guestSvn = read.uint(4, "guest SVN");
  const policy = read.uint64("policy");
  const problem = policyProblem(policy);
  if (problem) reserved.push(problem);
  const familyId = read.hex(16, "family id");
  const imageId = read.hex(16, "image id");
  const vmpl = read.uint(4, "VMPL");
  const algorithm = read.uint(4, "signature algorithm");
  if (algorithm !== 1)
    throw new EvidenceError(`SNP report: signature algorithm ${algorithm}; 1, ECDSA P-384 with SHA-384, is known`);
  const currentTcb = tcb("current TCB");
  const platform = read.uint64("platform information");
  const keys = read.uint(4, "key information");
  if (keys >>> 5 !== 0) reserved.push("bits from 5 up of the key information are not 0");
  zeros(4, "bytes 0x4c to 0x4f");
  const reportData = read.hex(64, "report data");
  const measurement = read.hex(48, "measurement");
  const hostData = read.hex(32, "host data");
  const idKeyDigest = read.hex(48, "ID key digest");
  const authorKeyDigest = read.hex(48, "author key digest");
  const reportId = read.hex(32, "report id");
  const migrationAgentReportId = read.hex(32, "report id of the migration agent");
  const reportedTcb = tcb("reported TCB");
  const cpuid = version >= 3 ? read.take(3, "CPUID") : undefined;
  if (!cpuid) zeros(3, "bytes 0x188 to 0x18a");
  zeros(21, "bytes 0x18b to 0x19f");
  const chipId = read.hex(64, "chip id");
  const committedTcb = tcb("committed TCB");
  const currentFirmware = firmwareVersion(read);
  zeros(1, "byte 0x1eb");
  const committedFirmware = firmwareVersion(read);
  zeros(1, "byte 0x1ef");
  const launchTcb = tcb("launch TCB");
  const mitigations = { launch: read.uint64("launch mitigations"), current: read.uint64("current mitigations") };
  // Firmware that names them in an older version's report says no less by it.
  const hasMitigations = version >= 5 || mitigations.launch !== 0n || mitigations.current !== 0n;
  zeros(snpSignedBytes - 0x208, "bytes 0x208 to 0x29f");
  const signature = Buffer.concat([scalar(read), scalar(read)]);
  if (read.take(read.left, "rest of the signature").some((byte) => byte !== 0))
    throw new EvidenceError("SNP report: something follows its signature");
  return {
    version,
    guestSvn,
    policy: readPolicy(policy),
    familyId,
    imageId,
    vmpl,
    platform: readPlatform(platform),
    signingKey: (keys >>> 2) & 7,
    chipKeyMasked: (keys & 2) !== 0,
    authorKeyEnabled: (keys & 1) !== 0,
    reportData,
    measurement,
    hostData,
    idKeyDigest,
    authorKeyDigest,
    reportId,
    migrationAgentReportId,
    reportedTcb,
    currentTcb,
    committedTcb,
    launchTcb,
    currentFirmware,
    committedFirmware,
    ...(cpuid && { cpu: { family: cpuid.readUInt8(0), model: cpuid.readUInt8(1), stepping: cpuid.readUInt8(2) } }),
    chipId,
    ...(hasMitigations && { mitigations }),
    reserved,
    unknownPlatformBits: unknownPlatformBits(platform),
    signed: Buffer.from(bytes.subarray(0, snpSignedBytes)),
    signature,
  };
}

/** Whose key a report says that it was signed by; undefined for reserved values. */
export function signingKeyName({ signingKey }: Pick<SnpReport, "signingKey">): SigningKey | undefined {
  return (signingKeys as Readonly<Record<number, SigningKey>>)[signingKey];
}

/** Whether the key signed the report. */
export function snpSignatureHolds({ signed, signature }: SnpReport, key: KeyObject): boolean {
  return (
    key.asymmetricKeyDetails?.namedCurve === "secp384r1" &&
    verify("sha384", signed, { key, dsaEncoding: "ieee-p1363" }, signature)
  );
}

/**
 * Which layout the TCBs have. Version 2 does not name the processor; of those with the newer layout, the chip's id is
 * short (virtee/sev tells them apart so as well).
 */
function layoutOf(version: number, bytes: Uint8Array): TcbLayout {
  if (version >= 3) return (bytes[0x188] ?? 0) >= turinFamily ? "zen5" : "zen3";
  const chipId = bytes.subarray(0x1a0, 0x1e0);
  const short = chipId.subarray(8).every((byte) => byte === 0) && chipId.some((byte) => byte !== 0);
  return short ? "zen5" : "zen3";
}

function firmwareVersion(read: Reader): FirmwareVersion {
  const [build, minor, major] = ["build", "minor version", "major version"].map((name) => read.uint(1, name));
  return { build: build as number, minor: minor as number, major: major as number };
}

/** 72 bytes little-endian, of which a P-384 scalar fills 48. */
function scalar(read: Reader): Buffer {
  const field = read.take(scalarBytes, "signature");
  if (field.subarray(48).some((byte) => byte !== 0))
    throw new EvidenceError("SNP report: its signature is longer than P-384 allows");
  return Buffer.from(field.subarray(0, 48)).reverse();
}
