import { createHash } from "node:crypto";
import { EvidenceError, Reader } from "./reader";

/** What the paravisor of a confidential machine on Azure hands out: the hardware's report, and what that is bound to. */
export interface HclReport {
  readonly tee: "snp" | "tdx";
  /** SEV-SNP: 1184 bytes, signed. TDX: 1024 bytes (TDREPORT), which means something on that machine alone. */
  readonly hardwareReport: Buffer;
  /** JSON text with the virtual TPM's keys: `runtimeDigest` is what the hardware signs. */
  readonly runtimeData: Buffer;
}

export const hclHeaderBytes = 32;
/** The place of the hardware's report, whatever it is. */
export const hclHardwareBytes = 1184;
const tdReportBytes = 1024;
export const hclRequestBytes = 20;

/** Types of hardware reports, and the hash of the runtime data. */
export const hclReportTypes = { snp: 2, tdx: 4 } as const;
export const hclSha256 = 1;

/**
 * A report of Microsoft's paravisor (HCL, host compatibility layer) as the virtual TPM's NV index 0x01400001 holds it:
 * Microsoft Learn, "Guest attestation for confidential VMs, design", tables "Attestation report" and "Runtime data"; offsets
 * and numbers by kinvolk/azure-cvm-tooling e4e44074, az-cvm-vtpm/src/hcl/mod.rs, and checked on published reports of three
 * real machines. Nothing is verified here but the structure.
 */
export function parseHclReport(bytes: Uint8Array): HclReport {
  const read = new Reader(bytes, "HCL report");
  const magic = read.take(4, "signature").toString("latin1");
  if (magic !== "HCLA") throw new EvidenceError("HCL report: it does not begin with HCLA");
  const version = read.uint(4, "version");
  if (version !== 1 && version !== 2)
    throw new EvidenceError(`HCL report: version ${version} is not known; versions 1 and 2 are`);
  const size = read.uint(4, "report size");
  const request = read.uint(4, "request type");
  if (request !== 2) throw new EvidenceError(`HCL report: request type ${request}; 2, attestation, is known`);
  const status = read.uint(4, "status");
  if (status !== 0) throw new EvidenceError(`HCL report: the paravisor says that it failed, status ${status}`);
  read.skip(12, "reserved");
  const hardware = read.take(hclHardwareBytes, "hardware report");
  const dataSize = read.uint(4, "data size");
  const dataVersion = read.uint(4, "data version");
  if (dataVersion !== 1) throw new EvidenceError(`HCL report: runtime data of version ${dataVersion}; 1 is known`);
  const type = read.uint(4, "report type");
  const tee = type === hclReportTypes.snp ? "snp" : type === hclReportTypes.tdx ? "tdx" : undefined;
  if (!tee) throw new EvidenceError(`HCL report: hardware report of type ${type}; 2 (SEV-SNP) and 4 (TDX) are known`);
  const hash = read.uint(4, "hash type");
  if (hash !== hclSha256) throw new EvidenceError(`HCL report: hash type ${hash}; 1, SHA-256, is known`);
  const length = read.uint(4, "length of the runtime data");
  const runtimeData = read.take(length, "runtime data");
  if (dataSize !== hclRequestBytes + length || size !== hclHeaderBytes + hclHardwareBytes + dataSize)
    throw new EvidenceError("HCL report: its lengths do not agree");
  // The NV index is larger than the report.
  if (read.take(read.left, "padding").some((byte) => byte !== 0))
    throw new EvidenceError("HCL report: something follows its runtime data");
  return {
    tee,
    hardwareReport: hardware.subarray(0, tee === "snp" ? hclHardwareBytes : tdReportBytes),
    runtimeData,
  };
}

/** What the hardware's report data have to be: the runtime data's SHA-256, filled up to 64 bytes. Hex. */
export function runtimeDigest({ runtimeData }: Pick<HclReport, "runtimeData">): string {
  return createHash("sha256").update(runtimeData).digest("hex").padEnd(128, "0");
}
