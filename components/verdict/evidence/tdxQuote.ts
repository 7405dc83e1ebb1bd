import { EvidenceError, Reader } from "./reader";
import type { TdAttributes, TdxBody, TdxBodyKind } from "./tdxBody";
import { tdAttributes, tdxBodyFields, tdxBodyKinds } from "./tdxBody";

export type { TdAttributes, TdxBody, TdxBodyKind } from "./tdxBody";
export { tdAttributes, tdxBodyKinds } from "./tdxBody";

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

export interface TdxQuote {
  readonly version: 4 | 5;
  readonly bodyKind: TdxBodyKind;
  readonly header: TdxHeader;
  readonly body: TdxBody;
  readonly attributes: TdAttributes;
  /** From the header to the body's end, as they are. */
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

/**
 * A TDX quote, version 4 or 5, with certification data of type 6 that holds a PCK chain: Intel's "TDX DCAP Quoting
 * Library API", appendices A.3 and A.4; the same in sgx_quote_4.h and sgx_quote_5.h of Intel's DCAP, the extended body in
 * QuoteStructures.h of its verification library. Checked on published quotes of real machines. Trailing zeros, with which
 * QGS fills its buffer, are accepted. Nothing is verified here but the structure.
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
  if (header.version !== "0400" && header.version !== "0500")
    throw new EvidenceError(
      `TDX quote: its version reads ${header.version}; versions 4 and 5, 0400 and 0500, are known`,
    );
  if (header.att_key_type !== "0200")
    throw new EvidenceError(`TDX quote: its key type reads ${header.att_key_type}; ECDSA P-256, 0200, is known`);
  if (header.tee_type !== "81000000")
    throw new EvidenceError(`TDX quote: its TEE type reads ${header.tee_type}; TDX is 81000000`);
  const version = header.version === "0400" ? 4 : 5;
  const bodyKind = version === 4 ? "TDX 1.0" : describedBody(read);
  const fields = Object.fromEntries(
    tdxBodyFields[bodyKind].map(([name, length]) => [name, read.hex(length, name)]),
  ) as unknown as TdxBody;
  const signedBytes = bytes.length - read.left;
  const data = new Reader(read.take(read.uint(4, "signature length"), "signature data"), "TDX quote's signature data");
  if (read.take(read.left, "padding").some((byte) => byte !== 0))
    throw new EvidenceError("TDX quote: something follows its signature data");
  const signature = data.take(64, "signature");
  const attestationKey = data.take(64, "attestation key");
  const certified = certification(typed(data, 6, "QE report certification data"));
  data.end();
  return {
    version,
    bodyKind,
    header,
    body: fields,
    attributes: tdAttributes(fields.td_attributes),
    signed: Buffer.from(bytes.subarray(0, signedBytes)),
    signature,
    attestationKey,
    ...certified,
  };
}

/** Type and size of the body of a quote of version 5. */
function describedBody(read: Reader): TdxBodyKind {
  const type = read.uint(2, "body type");
  const size = read.uint(4, "body size");
  const kind = (Object.keys(tdxBodyKinds) as TdxBodyKind[]).find((name) => tdxBodyKinds[name].type === type);
  if (kind === undefined)
    throw new EvidenceError(
      `TDX quote: its body is of type ${type}; types 2 to 4, reports of TDX 1.0 and 1.5, are known`,
    );
  const { bytes } = tdxBodyKinds[kind];
  if (size !== bytes) throw new EvidenceError(`TDX quote: its body has ${size} bytes; one of ${kind} has ${bytes}`);
  return kind;
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
