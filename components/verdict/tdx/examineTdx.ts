import { X509Certificate } from "node:crypto";
import type { ExamineContext } from "../context";
import { EvidenceError } from "../evidence/reader";
import type { TdxQuote } from "../evidence/tdxQuote";
import { parseTdxQuote } from "../evidence/tdxQuote";
import type { Examination } from "../finding";
import { Checklist } from "./checklist";
import { openDocument } from "./collateral";
import { readQeIdentity, readTcbInfo } from "./documents";
import { examineEnclave } from "./examineEnclave";
import { examineGuest } from "./examineGuest";
import type { Platform } from "./examinePlatform";
import { examinePlatform } from "./examinePlatform";
import { examineRevocation } from "./examineRevocation";
import { examineSigner, findSigner } from "./examineSigner";
import { examineModule, examineTcb } from "./examineTcb";
import { tdxSources } from "./sources";

export interface TdxEvidence {
  /** As the guest's quote generation service gave it. */
  readonly quote: Uint8Array;
}

/** Vendor of the quoting enclave: Intel ("TDX DCAP Quoting Library API", A.3.1). */
const intelVendor = "939a7233f79c4ca9940a0db3957f0607";

/** Every check of an Intel TDX quote (`tdxChecks`), each with its finding. Does not throw for what the quote says. */
export function examineTdx({ quote: bytes }: TdxEvidence, context: ExamineContext): Examination {
  const list = new Checklist();
  try {
    examine(bytes, context, list);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    list.put("tdx-quote", "failed", error.message);
    list.rest("the quote cannot be read");
  }
  return { findings: list.findings, collateral: list.collateral };
}

function examine(bytes: Uint8Array, context: ExamineContext, list: Checklist): void {
  const quote = parseTdxQuote(bytes);
  const { version, bodyKind, header } = quote;
  const known = list.decide(
    "tdx-quote",
    header.vendor_id === intelVendor,
    `a TDX quote of version ${version} with a report of ${bodyKind}`,
    `the quoting enclave's vendor is ${header.vendor_id}; Intel is ${intelVendor}`,
  );
  if (!known) list.doubt("tdx-quote");
  const platform = examinePlatform(quote, context, list);
  for (const check of ["tdx-chain", "tdx-pck", "tdx-signature"] as const)
    if (list.gradeOf(check) !== "verified") list.doubt(check);
  examineCollateral(bytes, quote, platform, context, list);
  examineGuest(quote, context, list);
  list.rest("what the quote says of its platform does not hold, so that nothing is known of it");
}

/** What Intel says of the platform, its certificates and its quoting enclave. */
function examineCollateral(
  bytes: Uint8Array,
  { body }: TdxQuote,
  { chain, identity, enclave }: Platform,
  context: ExamineContext,
  list: Checklist,
): void {
  if (!chain || !identity) {
    examineModule(body, undefined, list);
    return;
  }
  const sources = tdxSources(bytes);
  const fetch = (kind: string) => sources.find((source) => source.kind === kind)?.url ?? "";
  const found = findSigner(context, fetch("intel-tcb-signing-chain"));
  const pck = { certificate: chain.pck, called: "the platform's certificate" };
  const lists = [
    { check: "tdx-pck-revocation", kind: "intel-pck-crl", issuer: chain.authority, certificates: [pck] },
    {
      check: "tdx-root-revocation",
      kind: "intel-root-crl",
      issuer: new X509Certificate(context.roots.intel),
      certificates: [
        { certificate: chain.authority, called: "the platform's authority" },
        ...("grade" in found ? [] : [{ certificate: found, called: "the signer of TCB information" }]),
      ],
    },
  ] as const;
  const revoked = lists.flatMap((each) => examineRevocation({ ...each, fetch: fetch(each.kind) }, context, list));
  if (revoked.includes(chain.pck)) list.doubt("tdx-pck-revocation");
  if (revoked.includes(chain.authority)) list.doubt("tdx-root-revocation");
  const signer = examineSigner(found, revoked, list);
  const { fmspc } = identity;
  const qeIdentity = openDocument(
    {
      kind: "intel-qe-identity",
      title: "identity of Intel's quoting enclave",
      read: readQeIdentity,
      belongs: () => true,
      signer,
      fetch: fetch("intel-qe-identity"),
    },
    context,
    list,
  );
  if (enclave) examineEnclave(enclave, qeIdentity, context, list);
  if (list.gradeOf("tdx-qe-identity") !== "verified") list.doubt("tdx-qe-identity");
  const info = openDocument(
    {
      kind: "intel-tcb-info",
      title: `TCB information of FMSPC ${fmspc}`,
      read: readTcbInfo,
      belongs: (content) => content.fmspc === fmspc,
      signer,
      fetch: fetch("intel-tcb-info"),
    },
    context,
    list,
  );
  examineModule(body, info, list);
  examineTcb({ body, identity, info }, context, list);
}
