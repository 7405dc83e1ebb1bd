import type { ExamineContext } from "../context";
import { splitChain } from "../evidence/chain";
import { EvidenceError } from "../evidence/reader";
import type { TdxQuote } from "../evidence/tdxQuote";
import { tdxSignatureProblem } from "../evidence/tdxSignature";
import type { PckChain } from "./certificates";
import { nameOf, pckChain } from "./certificates";
import type { Checklist } from "./checklist";
import type { EnclaveReport } from "./enclaveReport";
import { parseEnclaveReport } from "./enclaveReport";
import type { PckIdentity } from "./pckCertificate";
import { pckIdentity } from "./pckCertificate";

/** The platform that a quote is of, as far as its own signatures show. */
export interface Platform {
  /** Absent where the chain does not lead to the root: then nobody's word is known. */
  readonly chain?: PckChain;
  /** Read off a certificate under the root. */
  readonly identity?: PckIdentity;
  /** Of an enclave that a certified platform vouched for. */
  readonly enclave?: EnclaveReport;
}

const sgxTypes = ["standard", "scalable", "scalable with integrity"];

/** Chain, platform's certificate and the quote's signatures, from the pinned root down. */
export function examinePlatform(quote: TdxQuote, { roots, now }: ExamineContext, list: Checklist): Platform {
  const chain = pckChain(quote.certificates, roots, now);
  if (typeof chain === "string") {
    list.put("tdx-chain", "failed", `the platform's certificate: ${chain}`);
    list.put("tdx-pck", "notChecked", "the platform's certificate is not under the root");
    list.put("tdx-signature", "notChecked", "no key is known under which to check it");
    return {};
  }
  const root = roots.simulated ? "a SIMULATED root" : "Intel SGX Root CA";
  const until = new Date(chain.pck.validTo).toISOString().slice(0, 10);
  list.put(
    "tdx-chain",
    "verified",
    `the platform's certificate, valid until ${until}, leads by ${nameOf(chain.authority, roots)} to ${root}`,
  );
  const identity = identityOf(splitChain(quote.certificates)[0] ?? "", list);
  const problem = tdxSignatureProblem(quote, chain.pck.publicKey);
  const signed = list.decide(
    "tdx-signature",
    problem === undefined,
    "the platform's key vouches for the quoting enclave, whose key signed the quote",
    problem ?? "",
  );
  return {
    chain,
    ...(identity && { identity }),
    ...(signed && { enclave: parseEnclaveReport(quote.quotingEnclave.report) }),
  };
}

function identityOf(pck: string, list: Checklist): PckIdentity | undefined {
  try {
    const identity = pckIdentity(pck);
    const { fmspc, pceId, ppid, pceSvn, sgxType } = identity;
    list.put(
      "tdx-pck",
      "verified",
      `certified for platform ${ppid} of FMSPC ${fmspc}, PCEID ${pceId}, PCESVN ${pceSvn}, SGX ${sgxTypes[sgxType]}`,
    );
    return identity;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    list.put("tdx-pck", "failed", error.message);
    return undefined;
  }
}
