import { z } from "zod";
import { EvidenceError } from "../../components/verdict/evidence/reader";
import { snpReportBytes } from "../../components/verdict/evidence/snpReport";

/*
 * The attestation agent does not pass an SNP report on as bytes: `GET /aa/evidence` answers with the `sev` crate's parsed
 * report as JSON, and so does what a key broker is sent (guest-components 8246e5e, attestation-agent/attester/src/snp/mod.rs:
 * `SnpEvidence { attestation_report: AttestationReport, cert_chain: Option<Vec<CertTableEntry>> }`, sev 6.3.1). The
 * signature is over the bytes, so they are put together again here, where AMD's document 56860, table ATTESTATION_REPORT,
 * has each field. A byte that comes out otherwise than it was fails the signature's check.
 */

const byte = z.int().min(0).max(255);
const bytes = (length: number) => z.array(byte).length(length);
const uint32 = z.int().min(0).max(0xffffffff);
/** JSON numbers are exact up to 2^53 here: a larger one was rounded, and would fail the signature for no visible reason. */
const uint64 = z.int().min(0);
const optional = <T extends z.ZodType>(type: T) => type.nullish();
const tcb = z.strictObject({ fmc: optional(byte), bootloader: byte, tee: byte, snp: byte, microcode: byte });
const version = z.strictObject({ major: byte, minor: byte, build: byte });

export const agentReportSchema = z.strictObject({
  version: uint32,
  guest_svn: uint32,
  policy: uint64,
  family_id: bytes(16),
  image_id: bytes(16),
  vmpl: uint32,
  sig_algo: uint32,
  current_tcb: tcb,
  plat_info: uint64,
  key_info: uint32,
  report_data: bytes(64),
  measurement: bytes(48),
  host_data: bytes(32),
  id_key_digest: bytes(48),
  author_key_digest: bytes(48),
  report_id: bytes(32),
  report_id_ma: bytes(32),
  reported_tcb: tcb,
  cpuid_fam_id: optional(byte),
  cpuid_mod_id: optional(byte),
  cpuid_step: optional(byte),
  chip_id: bytes(64),
  committed_tcb: tcb,
  current: version,
  committed: version,
  launch_tcb: tcb,
  launch_mit_vector: optional(uint64),
  current_mit_vector: optional(uint64),
  signature: z.strictObject({ r: bytes(72), s: bytes(72) }),
});

/** An entry of the table of certificates that the host gives to guests. */
export const agentCertificateSchema = z.strictObject({
  cert_type: z.union([z.string(), z.strictObject({ OTHER: z.string() })]),
  data: z.array(byte).min(1).max(16_384),
});

type AgentTcb = z.infer<typeof tcb>;

/** The report's bytes. */
export function agentReportBytes(fields: z.infer<typeof agentReportSchema>): Buffer {
  const report = Buffer.alloc(snpReportBytes);
  const put = (offset: number, content: readonly number[]) => report.set(content, offset);
  const { current, committed, signature } = fields;
  report.writeUInt32LE(fields.version, 0x00);
  report.writeUInt32LE(fields.guest_svn, 0x04);
  report.writeBigUInt64LE(BigInt(fields.policy), 0x08);
  put(0x10, fields.family_id);
  put(0x20, fields.image_id);
  report.writeUInt32LE(fields.vmpl, 0x30);
  report.writeUInt32LE(fields.sig_algo, 0x34);
  put(0x38, tcbBytes(fields.current_tcb));
  report.writeBigUInt64LE(BigInt(fields.plat_info), 0x40);
  report.writeUInt32LE(fields.key_info, 0x48);
  put(0x50, fields.report_data);
  put(0x90, fields.measurement);
  put(0xc0, fields.host_data);
  put(0xe0, fields.id_key_digest);
  put(0x110, fields.author_key_digest);
  put(0x140, fields.report_id);
  put(0x160, fields.report_id_ma);
  put(0x180, tcbBytes(fields.reported_tcb));
  put(0x188, [fields.cpuid_fam_id ?? 0, fields.cpuid_mod_id ?? 0, fields.cpuid_step ?? 0]);
  put(0x1a0, fields.chip_id);
  put(0x1e0, tcbBytes(fields.committed_tcb));
  put(0x1e8, [current.build, current.minor, current.major]);
  put(0x1ec, [committed.build, committed.minor, committed.major]);
  put(0x1f0, tcbBytes(fields.launch_tcb));
  report.writeBigUInt64LE(BigInt(fields.launch_mit_vector ?? 0), 0x1f8);
  report.writeBigUInt64LE(BigInt(fields.current_mit_vector ?? 0), 0x200);
  put(0x2a0, signature.r);
  put(0x2e8, signature.s);
  return report;
}

/** PEM, the chip's or the cloud's own certificate first, then those that lead to AMD's root. Other entries are left out. */
export function agentCertificates(table: readonly z.infer<typeof agentCertificateSchema>[]): string[] {
  const order = ["VCEK", "VLEK", "ASK", "ARK"];
  const known = table.flatMap(({ cert_type: type, data }) =>
    typeof type === "string" && order.includes(type) ? [{ type, data }] : [],
  );
  if (known.length > 0 && !known.some(({ type }) => type === "VCEK" || type === "VLEK"))
    throw new EvidenceError("the table of certificates has neither a VCEK nor a VLEK");
  return known.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type)).map(({ data }) => pem(Buffer.from(data)));
}

/** Milan and Genoa have four bytes between TEE and SNP; Turin, which has a version of its FMC, begins with that. */
function tcbBytes({ fmc, bootloader, tee, snp, microcode }: AgentTcb): number[] {
  return typeof fmc === "number"
    ? [fmc, bootloader, tee, snp, 0, 0, 0, microcode]
    : [bootloader, tee, 0, 0, 0, 0, snp, microcode];
}

/** Hosts put DER into the table, and some PEM. */
function pem(data: Buffer): string {
  const text = data.toString("latin1");
  if (text.startsWith("-----BEGIN CERTIFICATE-----")) return text.replace(/\0+$/, "");
  const lines = data.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
