import { createHash, X509Certificate } from "node:crypto";
import type { ExamineContext, SnpProduct } from "../context";
import { splitChain } from "../evidence/chain";
import { EvidenceError } from "../evidence/reader";
import type { SnpReport } from "../evidence/snpReport";
import { signingKeyName, snpSignatureHolds } from "../evidence/snpReport";
import type { CollateralUse, Findings } from "../finding";
import type { Endorsement } from "./endorsement";
import { certifiedProduct, findEndorsement, pathOf, readEndorsement } from "./endorsement";
import { productNames, productOfCpu } from "./products";
import { revocationOf } from "./revocation";

/** Whether AMD vouches for a report, and with which certificate. */
export interface Authenticity {
  /** Why nobody vouches for the report; undefined where AMD does. */
  readonly doubt: string | undefined;
  readonly endorsement?: Endorsement;
  readonly collateral: readonly CollateralUse[];
}

const claim = "cpu-genuine";
/** The key's, its authority's and the root's, with some to spare. */
const mostCertificates = 8;

/** Signature, chain, product and revocation: each a finding, and what they come to. */
export function examineAuthenticity(
  report: SnpReport,
  certificates: readonly string[],
  context: ExamineContext,
  findings: Findings,
): Authenticity {
  const collateral: CollateralUse[] = [];
  const given = certificates.flatMap((text) => (splitChain(text).length > 0 ? splitChain(text) : [text]));
  const named = signingKeyName(report);
  const signing = findings.decide(
    "snp-signing-key",
    claim,
    (named === "VCEK" || named === "VLEK") && !report.chipKeyMasked,
    `the report says that it was signed by ${named === "VLEK" ? "a cloud's key (VLEK)" : "its chip's own key (VCEK)"}`,
    report.chipKeyMasked
      ? "the report was not signed: its host has the chip's key out of use (MASK_CHIP_KEY)"
      : named === "none"
        ? "the report was not signed: its guest asked for one without a signature"
        : `the report says that it was signed by a key with the number ${report.signingKey}, which means nothing`,
  );
  if (given.length > mostCertificates) {
    const says = `the report came with ${given.length} certificates; ${mostCertificates} are more than it needs`;
    findings.failed("snp-chain", claim, says);
    for (const check of ["snp-report-signature", "snp-product", "snp-revocation"])
      findings.notChecked(check, claim, "no certificate was looked at, since there are too many");
    return { doubt: says, collateral };
  }
  const found = findEndorsement(report, given, context);
  if (!found) {
    const without = `the report came without its certificate, and none is in the collateral: fetch it from AMD (${named === "VLEK" ? "a VLEK: from the cloud" : "by chip id and TCB"})`;
    for (const check of ["snp-report-signature", "snp-chain", "snp-product", "snp-revocation"])
      findings.notChecked(check, claim, without);
    const leavesOpen = "whether the report is genuine at all";
    collateral.push({ title: "AMD's certificate of the key that signed the report", source: "missing", leavesOpen });
    return { doubt: "its certificate is missing", collateral };
  }
  if (found.use) collateral.push(found.use);
  const endorsement = readEndorsement(found.pem);
  if (typeof endorsement === "string") {
    findings.failed("snp-chain", claim, endorsement);
    for (const check of ["snp-report-signature", "snp-product", "snp-revocation"])
      findings.notChecked(check, claim, "there is no certificate to check it with");
    return { doubt: endorsement, collateral };
  }
  const { kind, key } = endorsement;
  const signed = findings.decide(
    "snp-report-signature",
    claim,
    snpSignatureHolds(report, key) && (named === undefined || named === kind),
    `the ${kind} signed the report`,
    snpSignatureHolds(report, key)
      ? `the ${kind} signed the report, which says that a ${named} did`
      : `the ${kind} did not sign the report`,
  );
  const product = examineProduct(report, endorsement, findings);
  const chained = examineChain(endorsement, product, given, context, findings, collateral);
  const ok = signing && signed && product.agree && chained;
  return { doubt: ok ? undefined : doubtOf({ signing, signed, chained }), endorsement, collateral };
}

function doubtOf({ signing, signed, chained }: { signing: boolean; signed: boolean; chained: boolean }): string {
  if (!signing || !signed) return "its signature does not hold";
  return chained ? "its processor and its certificate do not fit" : "its certificate is not AMD's, or not any more";
}

interface Products {
  /** Whose root the chain has to lead to; undefined where nothing says. */
  readonly product: SnpProduct | undefined;
  readonly agree: boolean;
}

function examineProduct(report: SnpReport, endorsement: Endorsement, findings: Findings): Products {
  const { kind, identity } = endorsement;
  const certified = certifiedProduct(endorsement);
  const name = identity.productName ?? "no processor";
  let cpu: SnpProduct | undefined;
  try {
    cpu = productOfCpu(report);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    findings.failed("snp-product", claim, error.message);
    return { product: certified, agree: false };
  }
  const agree = findings.decide(
    "snp-product",
    claim,
    certified !== undefined && (cpu === undefined || cpu === certified) && chipIdFits(endorsement, certified),
    cpu === undefined
      ? `the ${kind} is for ${name}; a report of version ${report.version} does not name its processor`
      : `the report is of a ${productNames[cpu]}, and the ${kind} is for ${name}`,
    certified === undefined
      ? `the ${kind} is for ${name}, which is no Milan, Genoa or Turin`
      : cpu !== undefined && cpu !== certified
        ? `the report is of a ${productNames[cpu]}, and the ${kind} is for ${name}`
        : `the ${kind} is for ${name}, and its chip id has the length of another processor's`,
  );
  return { product: cpu ?? certified, agree };
}

/** Turin and later name a chip in 8 bytes, and have an FMC. */
function chipIdFits({ identity: { chipId, tcb } }: Endorsement, product: SnpProduct): boolean {
  const turin = product === "turin";
  return (chipId === undefined || chipId.length === (turin ? 16 : 128)) && (tcb.fmc !== undefined) === turin;
}

function examineChain(
  endorsement: Endorsement,
  { product }: Products,
  given: readonly string[],
  context: ExamineContext,
  findings: Findings,
  collateral: CollateralUse[],
): boolean {
  const { roots, now } = context;
  const found =
    product === undefined
      ? `nothing says which of AMD's roots the ${endorsement.kind} belongs to`
      : pathOf(endorsement, product, given, context);
  if (product === undefined || typeof found === "string") {
    findings.failed("snp-chain", claim, String(found));
    findings.notChecked("snp-revocation", claim, "the chain does not hold, so that there is nothing to be revoked");
    return false;
  }
  if (found.use) collateral.push(found.use);
  const { path } = found;
  const root = roots.amd[product];
  const fingerprint = createHash("sha256").update(new X509Certificate(root).raw).digest("hex").slice(0, 16);
  const whose = roots.simulated ? "the rehearsal's SIMULATED root" : `AMD's pinned root of ${productNames[product]}`;
  findings.verified(
    "snp-chain",
    claim,
    `${whose} (SHA-256 ${fingerprint}…) certified the ${endorsement.kind} through ${path.through}, valid until ${path.validTo.toISOString().slice(0, 10)}`,
  );
  const revocation = revocationOf({
    product: productNames[product],
    root,
    certificates: [endorsement.pem, path.issuer],
    files: context.collateral.filter(({ kind }) => kind === "amd-crl"),
    now,
  });
  if (revocation.use) collateral.push(revocation.use);
  if (revocation.state === "good") findings.verified("snp-revocation", claim, revocation.says);
  else if (revocation.state === "unknown") findings.notChecked("snp-revocation", claim, revocation.says);
  else findings.failed("snp-revocation", claim, revocation.says);
  return revocation.state !== "bad";
}
