import { X509Certificate } from "node:crypto";
import { EvidenceError } from "../evidence/reader";
import { at, isObject } from "../token/strictJson";

/** Evidence of a confidential machine on Azure, taken apart; nothing of it is believed before it was examined. */
export interface AzureEvidence {
  /** The paravisor's report. */
  readonly hclReport: Uint8Array;
  readonly quote: {
    /** TPMS_ATTEST. */
    readonly message: Uint8Array;
    readonly signature: Uint8Array;
    /** Values of the SHA-256 bank, hex, by number. */
    readonly registers: readonly string[];
  };
  /** AMD's certificates, PEM, VCEK first. May be empty, and on TDX is. */
  readonly certificates: readonly string[];
  /** On TDX: the quote that Intel's quoting enclave made of the paravisor's report. */
  readonly tdQuote?: Uint8Array;
}

/**
 * Evidence as the attesters of guest-components write it and Trustee reads it: `az-snp-vtpm` and `az-tdx-vtpm`, versions 1
 * and 2 (trustee 78962cd, deps/verifier/src/{az_snp_vtpm,az_tdx_vtpm}/compat.rs). Throws EvidenceError alone.
 */
export function parseAzureEvidence(evidence: unknown): AzureEvidence {
  const no = (what: string): never => {
    throw new EvidenceError(`Azure's evidence: ${what}`);
  };
  if (!isObject(evidence)) no("it is no JSON object");
  const version = at(evidence, "version");
  if (version !== 1 && version !== 2)
    no("its version is neither 1 nor 2; older attesters write none: use guest-components v0.21.0");
  const bytes = (name: string): Buffer => {
    const text = at(evidence, name);
    if (typeof text !== "string" || !/^[A-Za-z0-9_-]+={0,2}$/.test(text)) no(`${name} is missing, or no base64url`);
    return Buffer.from(text as string, "base64url");
  };
  const hex = (value: unknown, name: string): string => {
    if (typeof value !== "string" || !/^([0-9a-fA-F]{2})+$/.test(value)) no(`${name} is missing, or no hex`);
    return (value as string).toLowerCase();
  };
  const registers = at(evidence, "tpm_quote", "pcrs");
  if (!Array.isArray(registers)) no("tpm_quote.pcrs is no list");
  const quote = {
    message: Buffer.from(hex(at(evidence, "tpm_quote", "message"), "tpm_quote.message"), "hex"),
    signature: Buffer.from(hex(at(evidence, "tpm_quote", "signature"), "tpm_quote.signature"), "hex"),
    registers: (registers as unknown[]).map((value, index) => hex(value, `register ${index}`)),
  };
  const isTdx = at(evidence, "td_quote") !== undefined;
  return {
    hclReport: bytes("hcl_report"),
    quote,
    certificates: isTdx ? [] : [pem(bytes("vcek"))],
    ...(isTdx && { tdQuote: bytes("td_quote") }),
  };
}

function pem(der: Buffer): string {
  try {
    return new X509Certificate(der).toString();
  } catch {
    throw new EvidenceError("Azure's evidence: vcek is no certificate");
  }
}
