import { X509Certificate } from "node:crypto";
import type { CollateralKind } from "../context";
import { splitChain } from "../evidence/chain";
import { EvidenceError } from "../evidence/reader";
import { parseTdxQuote } from "../evidence/tdxQuote";
import { listFor, unlabelled } from "./certificates";
import { pckIdentity } from "./pckCertificate";

/** A document that a quote is checked with, and where Intel publishes it. */
export interface TdxSource {
  readonly kind: CollateralKind;
  readonly url: string;
  /** What to call it in a folder of collateral. */
  readonly file: string;
  /** Response header that holds it, in place of the body: a chain as PEM, percent-encoded (`issuerChain`). */
  readonly header?: string;
}

const service = "https://api.trustedservices.intel.com";

/**
 * What to fetch for a quote: Intel's provisioning certification service, API version 4
 * (api.portal.trustedservices.intel.com/content/documentation.html); the root's list is where its certificate says. The
 * chain that signs TCB information comes in a header of the answer that it signed. Throws an `EvidenceError` where the quote
 * does not say what platform it is of.
 */
export function tdxSources(quote: Uint8Array): TdxSource[] {
  const [pck] = splitChain(parseTdxQuote(quote).certificates);
  if (pck === undefined) throw new EvidenceError("TDX quote: it comes without its platform's certificate");
  const { fmspc } = pckIdentity(pck);
  const tcbInfo = `${service}/tdx/certification/v4/tcb?fmspc=${fmspc}`;
  return [
    { kind: "intel-tcb-info", url: tcbInfo, file: `intel-tcb-info-${fmspc}.json` },
    {
      kind: "intel-tcb-signing-chain",
      url: tcbInfo,
      file: "intel-tcb-signing-chain.pem",
      header: "TCB-Info-Issuer-Chain",
    },
    ...intelAuthoritySources(authorityOf(pck)),
  ];
}

/** What is the same for all platforms of one of Intel's authorities: `platform`, or `processor` of single sockets. */
export function intelAuthoritySources(authority: string): TdxSource[] {
  return [
    {
      kind: "intel-qe-identity",
      url: `${service}/tdx/certification/v4/qe/identity`,
      file: "intel-qe-identity.json",
    },
    {
      kind: "intel-pck-crl",
      url: `${service}/sgx/certification/v4/pckcrl?ca=${authority}&encoding=der`,
      file: `intel-pck-crl-${authority}.der`,
    },
    {
      kind: "intel-root-crl",
      url: "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der",
      file: "intel-root-crl.der",
    },
  ];
}

/** The chain in a header's value. */
export function issuerChain(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    throw new EvidenceError("issuer chain: the header is not percent-encoded text");
  }
}

function authorityOf(pck: string): string {
  const [, issuer = ""] = /^CN=(.*)$/m.exec(new X509Certificate(pck).issuer) ?? [];
  const authority = listFor(unlabelled(issuer));
  if (authority === undefined)
    throw new EvidenceError(`PCK certificate: its authority is called "${issuer}", which is none of Intel's`);
  return authority;
}
