import { Reader } from "../evidence/reader";

/** What a quoting enclave's own report says of it. Hex fields are lower case. */
export interface EnclaveReport {
  readonly miscSelect: string;
  readonly attributes: string;
  /** SHA-256 of the key that signed the enclave. */
  readonly mrSigner: string;
  readonly isvProdId: number;
  readonly isvSvn: number;
}

/**
 * REPORT of an SGX enclave, 384 bytes: Intel's "TDX DCAP Quoting Library API", appendix A.3.10 (enclave report body); the
 * same in sgx_report.h of Intel's SGX SDK (sgx_report_body_t).
 */
export function parseEnclaveReport(bytes: Uint8Array): EnclaveReport {
  const read = new Reader(bytes, "quoting enclave's report");
  read.skip(16, "CPUSVN");
  const miscSelect = read.hex(4, "MISCSELECT");
  read.skip(28, "reserved");
  const attributes = read.hex(16, "attributes");
  read.skip(32, "MRENCLAVE");
  read.skip(32, "reserved");
  const mrSigner = read.hex(32, "MRSIGNER");
  read.skip(96, "reserved");
  const isvProdId = read.uint(2, "ISVPRODID");
  const isvSvn = read.uint(2, "ISVSVN");
  read.skip(60, "reserved");
  read.skip(64, "report data");
  read.end();
  return { miscSelect, attributes, mrSigner, isvProdId, isvSvn };
}
