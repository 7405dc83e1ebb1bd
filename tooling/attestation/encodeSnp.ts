import type { KeyObject } from "node:crypto";
import { sign } from "node:crypto";
import type { SnpPolicy, SnpTcb } from "../../components/verdict/evidence/snpReport";
import { snpReportBytes, snpSignedBytes } from "../../components/verdict/evidence/snpReport";

/** What a SIMULATED SNP processor puts into a report. Hex fields are lower case. */
export interface SnpReportFields {
  readonly policy: SnpPolicy;
  readonly vmpl: number;
  readonly reportData: string;
  readonly measurement: string;
  readonly hostData: string;
  readonly tcb: SnpTcb;
  readonly chipId: string;
}

/** Version 3, the first that names the processor: family 25, models of Genoa. */
const version = 3;
const genoa = [0x19, 0x11, 0x01];

/** An attestation report in the firmware's layout, signed by a test key. */
export function encodeSnpReport(fields: SnpReportFields, key: KeyObject): Buffer {
  const report = Buffer.alloc(snpReportBytes);
  const hex = (offset: number, value: string) => Buffer.from(value, "hex").copy(report, offset);
  report.writeUInt32LE(version, 0);
  report.writeBigUInt64LE(policyBits(fields.policy), 0x08);
  report.writeUInt32LE(fields.vmpl, 0x30);
  report.writeUInt32LE(1, 0x34);
  for (const offset of [0x38, 0x180, 0x1e0, 0x1f0]) tcbBytes(fields.tcb).copy(report, offset);
  // SMT and TSME are on.
  report.writeBigUInt64LE(3n, 0x40);
  hex(0x50, fields.reportData);
  hex(0x90, fields.measurement);
  hex(0xc0, fields.hostData);
  // No migration agent.
  report.fill(0xff, 0x160, 0x180);
  Buffer.from(genoa).copy(report, 0x188);
  hex(0x1a0, fields.chipId);
  const signature = sign("sha384", report.subarray(0, snpSignedBytes), { key, dsaEncoding: "ieee-p1363" });
  Buffer.from(signature.subarray(0, 48)).reverse().copy(report, snpSignedBytes);
  Buffer.from(signature.subarray(48))
    .reverse()
    .copy(report, snpSignedBytes + 72);
  return report;
}

function policyBits(policy: SnpPolicy): bigint {
  const bit = (index: bigint, set: boolean) => (set ? 1n << index : 0n);
  return (
    BigInt(policy.abiMinor) |
    (BigInt(policy.abiMajor) << 8n) |
    bit(16n, policy.smtAllowed) |
    // Reserved, and always set.
    bit(17n, true) |
    bit(18n, policy.migrateMaAllowed) |
    bit(19n, policy.debugAllowed) |
    bit(20n, policy.singleSocket)
  );
}

function tcbBytes({ bootloader, tee, snp, microcode }: SnpTcb): Buffer {
  return Buffer.from([bootloader, tee, 0, 0, 0, 0, snp, microcode]);
}
