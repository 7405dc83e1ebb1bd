import { EvidenceError, Reader } from "./reader";

/** Bytes of a quote's parts: what its signature covers is header and body. */
export const tdxHeaderBytes = 48;
export const tdxBodyBytes = 584;
const enclaveReportBytes = 384;

/** Fields as lower-case hex, by the names of Trustee's claims. */
export interface TdxHeader {
  readonly version: string;
  readonly att_key_type: string;
  readonly tee_type: string;
  readonly reserved: string;
  readonly vendor_id: string;
  readonly user_data: string;
}

export interface TdxBody {
  readonly tcb_svn: string;
  readonly mr_seam: string;
  readonly mrsigner_seam: string;
  readonly seam_attributes: string;
  readonly td_attributes: string;
  readonly xfam: string;
  readonly mr_td: string;
  readonly mr_config_id: string;
  readonly mr_owner: string;
  readonly mr_owner_config: string;
  readonly rtmr_0: string;
  readonly rtmr_1: string;
  readonly rtmr_2: string;
  readonly rtmr_3: string;
  readonly report_data: string;
}

export interface TdxQuote {
  readonly header: TdxHeader;
  readonly body: TdxBody;
  readonly attributes: TdAttributes;
  /** Header and body as they are. */
  readonly signed: Buffer;
  readonly signature: Buffer;
  /** The quoting enclave's key, X and Y of a P-256 point. */
  readonly attestationKey: Buffer;
  readonly quotingEnclave: {
    readonly report: Buffer;
    /** Last field of that report. */
    readonly reportData: Buffer;
    readonly signature: Buffer;
    readonly authenticationData: Buffer;
  };
  /** PCK certificate, its CA and the root, PEM. */
  readonly certificates: string;
}

export interface TdAttributes {
  readonly debug: boolean;
  readonly septve_disable: boolean;
  readonly protection_keys: boolean;
  readonly key_locker: boolean;
  readonly perfmon: boolean;
}

const body: readonly (readonly [keyof TdxBody, number])[] = [
  ["tcb_svn", 16],
  ["mr_seam", 48],
  ["mrsigner_seam", 48],
  ["seam_attributes", 8],
  ["td_attributes", 8],
  ["xfam", 8],
  ["mr_td", 48],
  ["mr_config_id", 48],
  ["mr_owner", 48],
  ["mr_owner_config", 48],
  ["rtmr_0", 48],
  ["rtmr_1", 48],
  ["rtmr_2", 48],
  ["rtmr_3", 48],
  ["report_data", 64],
];

/**
 * A TDX quote, version 4, with certification data of type 6 that holds a PCK chain: Intel's "TDX DCAP Quoting Library
 * API", appendix A.3; checked on a published quote of a real machine. Trailing zeros, with which QGS fills its buffer, are
 * accepted. Nothing is verified here but the structure.
 */
export function parseTdxQuote(bytes: Uint8Array): TdxQuote {
  const read = new Reader(bytes, "TDX quote");
  const header: TdxHeader = {
    version: read.hex(2, "version"),
    att_key_type: read.hex(2, "attestation key type"),
    tee_type: read.hex(4, "TEE type"),
    reserved: read.hex(4, "reserved"),
    vendor_id: read.hex(16, "vendor id"),
    user_data: read.hex(20, "user data"),
  };
  if (header.version !== "0400")
    throw new EvidenceError(`TDX quote: its version reads ${header.version}; version 4, 0400, is known`);
  if (header.att_key_type !== "0200")
    throw new EvidenceError(`TDX quote: its key type reads ${header.att_key_type}; ECDSA P-256, 0200, is known`);
  if (header.tee_type !== "81000000")
    throw new EvidenceError(`TDX quote: its TEE type reads ${header.tee_type}; TDX is 81000000`);
  const fields = Object.fromEntries(body.map(([name, length]) => [name, read.hex(length, name)])) as unknown as TdxBody;
  const data = new Reader(read.take(read.uint(4, "signature length"), "signature data"), "TDX quote's signature data");
  if (read.take(read.left, "padding").some((byte) => byte !== 0))
    throw new EvidenceError("TDX quote: something follows its signature data");
  const signature = data.take(64, "signature");
  const attestationKey = data.take(64, "attestation key");
  return {
    header,
    body: fields,
    attributes: tdAttributes(fields.td_attributes),
    signed: Buffer.from(bytes.subarray(0, tdxHeaderBytes + tdxBodyBytes)),
    signature,
    attestationKey,
    ...certification(typed(data, 6, "QE report certification data")),
  };
}

function certification(data: Reader): Pick<TdxQuote, "quotingEnclave" | "certificates"> {
  const report = data.take(enclaveReportBytes, "QE report");
  const signature = data.take(64, "QE report's signature");
  const authenticationData = data.take(data.uint(2, "QE authentication data's length"), "QE authentication data");
  const chain = typed(data, 5, "PCK certificate chain");
  data.end();
  return {
    quotingEnclave: { report, reportData: report.subarray(enclaveReportBytes - 64), signature, authenticationData },
    // The chain ends with a zero byte.
    certificates: chain.take(chain.left, "certificates").toString("latin1").replace(/\0+$/, ""),
  };
}

/** A part that says its type and length. */
function typed(data: Reader, wanted: number, what: string): Reader {
  const type = data.uint(2, `type of the ${what}`);
  if (type !== wanted)
    throw new EvidenceError(`TDX quote: certification data of type ${type}, not ${wanted} (${what})`);
  return new Reader(data.take(data.uint(4, `length of the ${what}`), what), `TDX quote's ${what}`);
}

/** Bits of TDATTRIBUTES (Intel TDX module, "TD attributes"). */
export function tdAttributes(hex: string): TdAttributes {
  const bits = Buffer.from(hex, "hex").readBigUInt64LE();
  const bit = (index: bigint) => (bits & (1n << index)) !== 0n;
  return {
    debug: bit(0n),
    septve_disable: bit(28n),
    protection_keys: bit(30n),
    key_locker: bit(31n),
    perfmon: bit(63n),
  };
}
