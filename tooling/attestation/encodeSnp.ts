import type { KeyObject } from "node:crypto";
import { sign } from "node:crypto";
import type { SnpProduct } from "../../components/verdict/context";
import type { NewerSnpPolicy, SnpPlatform, SnpPolicy, SnpTcb } from "../../components/verdict/evidence/snpBits";
import { writePlatform, writePolicy, writeTcb } from "../../components/verdict/evidence/snpBits";
import type { FirmwareVersion } from "../../components/verdict/evidence/snpReport";
import { snpReportBytes, snpSignedBytes, turinFamily } from "../../components/verdict/evidence/snpReport";

/** What a SIMULATED SNP processor puts into a report. Hex fields are lower case. */
export interface SnpReportFields {
  readonly policy: SnpPolicy & Partial<NewerSnpPolicy>;
  readonly vmpl: number;
  readonly reportData: string;
  readonly measurement: string;
  readonly hostData: string;
  readonly tcb: SnpTcb;
  readonly chipId: string;
  /** Default: 3, the first that names the processor. */
  readonly version?: number;
  /** Family, model, stepping. Default: a Genoa. Not in version 2. */
  readonly cpu?: readonly [family: number, model: number, stepping: number];
  /** Default of each: the reported one. */
  readonly currentTcb?: SnpTcb;
  readonly committedTcb?: SnpTcb;
  readonly launchTcb?: SnpTcb;
  /** Default: SMT and TSME are on. */
  readonly platform?: Partial<SnpPlatform>;
  /** 0: VCEK; 1: VLEK; 7: not signed. */
  readonly signingKey?: number;
  readonly chipKeyMasked?: boolean;
  readonly guestSvn?: number;
  readonly familyId?: string;
  readonly imageId?: string;
  readonly idKeyDigest?: string;
  readonly authorKeyDigest?: string;
  /** Default: all ones, no migration agent. */
  readonly migrationAgentReportId?: string;
  readonly firmware?: FirmwareVersion;
  readonly mitigations?: { readonly launch: bigint; readonly current: bigint };
  /** Sets bytes that have no meaning, or a wrong one, before the report is signed. */
  readonly raw?: readonly (readonly [offset: number, hex: string])[];
}

export const snpCpus = {
  milan: [0x19, 0x01, 0x01],
  genoa: [0x19, 0x11, 0x01],
  turin: [turinFamily, 0x02, 0x01],
} as const satisfies Record<SnpProduct, readonly [number, number, number]>;

/** An attestation report in the firmware's layout (see `parseSnpReport`), signed by a test key. */
export function encodeSnpReport(fields: SnpReportFields, key: KeyObject): Buffer {
  const report = Buffer.alloc(snpReportBytes);
  const hex = (offset: number, value = "") => Buffer.from(value, "hex").copy(report, offset);
  const { version = 3, cpu = snpCpus.genoa, tcb, mitigations } = fields;
  const layout = cpu[0] >= turinFamily ? "zen5" : "zen3";
  report.writeUInt32LE(version, 0);
  report.writeUInt32LE(fields.guestSvn ?? 0, 0x04);
  report.writeBigUInt64LE(writePolicy(fields.policy), 0x08);
  hex(0x10, fields.familyId);
  hex(0x20, fields.imageId);
  report.writeUInt32LE(fields.vmpl, 0x30);
  report.writeUInt32LE(1, 0x34);
  writeTcb(fields.currentTcb ?? tcb, layout).copy(report, 0x38);
  report.writeBigUInt64LE(writePlatform(platformOf(fields)), 0x40);
  const authorKey = fields.authorKeyDigest === undefined ? 0 : 1;
  report.writeUInt32LE(authorKey | (fields.chipKeyMasked ? 2 : 0) | ((fields.signingKey ?? 0) << 2), 0x48);
  hex(0x50, fields.reportData);
  hex(0x90, fields.measurement);
  hex(0xc0, fields.hostData);
  hex(0xe0, fields.idKeyDigest);
  hex(0x110, fields.authorKeyDigest);
  hex(0x160, fields.migrationAgentReportId ?? "ff".repeat(32));
  writeTcb(tcb, layout).copy(report, 0x180);
  if (version >= 3) Buffer.from(cpu).copy(report, 0x188);
  hex(0x1a0, fields.chipId);
  writeTcb(fields.committedTcb ?? tcb, layout).copy(report, 0x1e0);
  const { build, minor, major } = fields.firmware ?? { build: 0, minor: 55, major: 1 };
  for (const offset of [0x1e8, 0x1ec]) Buffer.from([build, minor, major]).copy(report, offset);
  writeTcb(fields.launchTcb ?? tcb, layout).copy(report, 0x1f0);
  if (mitigations) {
    report.writeBigUInt64LE(mitigations.launch, 0x1f8);
    report.writeBigUInt64LE(mitigations.current, 0x200);
  }
  for (const [offset, value] of fields.raw ?? []) hex(offset, value);
  return signSnpReport(report, key);
}

/** Signs what is before the signature anew. */
export function signSnpReport(report: Buffer, key: KeyObject): Buffer {
  const signature = sign("sha384", report.subarray(0, snpSignedBytes), { key, dsaEncoding: "ieee-p1363" });
  const half = signature.length / 2;
  report.fill(0, snpSignedBytes);
  Buffer.from(signature.subarray(0, half)).reverse().copy(report, snpSignedBytes);
  Buffer.from(signature.subarray(half))
    .reverse()
    .copy(report, snpSignedBytes + 72);
  return report;
}

function platformOf({ platform }: SnpReportFields): SnpPlatform {
  return {
    smtEnabled: true,
    tsmeEnabled: true,
    eccEnabled: false,
    raplDisabled: false,
    ciphertextHidingEnabled: false,
    aliasCheckComplete: false,
    tioEnabled: false,
    ...platform,
  };
}
