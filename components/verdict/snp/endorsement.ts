import type { KeyObject } from "node:crypto";
import { X509Certificate } from "node:crypto";
import type { ExamineContext, SnpProduct } from "../context";
import { snpProducts } from "../context";
import { chainProblem, splitChain } from "../evidence/chain";
import { EvidenceError } from "../evidence/reader";
import type { SnpReport } from "../evidence/snpReport";
import { snpSignatureHolds } from "../evidence/snpReport";
import type { VcekIdentity } from "../evidence/vcekCertificate";
import { vcekIdentity } from "../evidence/vcekCertificate";
import type { CollateralUse } from "../finding";
import { amdIntermediates } from "../roots/amdIntermediates";
import { productNames, productOfName } from "./products";

/** The certificate that a report's signature is to be checked with. */
export interface Endorsement {
  readonly pem: string;
  readonly key: KeyObject;
  readonly identity: VcekIdentity;
  readonly kind: "VCEK" | "VLEK";
}

/** A way from an endorsement to a root. */
export interface Path {
  readonly issuer: string;
  /** Common name of the issuer. */
  readonly through: string;
  readonly validTo: Date;
}

/** The report's own certificate, first of those that came with it, or one of the collateral; undefined without any. */
export function findEndorsement(
  report: SnpReport,
  given: readonly string[],
  { collateral }: Pick<ExamineContext, "collateral">,
): { readonly pem: string; readonly use?: CollateralUse } | undefined {
  const [own] = given;
  if (own !== undefined) return { pem: own };
  const files = collateral
    .filter(({ kind }) => kind === "amd-vcek")
    .flatMap(({ bytes, source }) => certificatesOf(bytes).map((pem) => ({ pem, source })));
  const found = files.find(({ pem }) => signed(report, pem)) ?? files[0];
  if (!found) return undefined;
  const title = "AMD's certificate of the key that signed the report";
  return {
    pem: found.pem,
    use: { title, source: found.source, leavesOpen: "nothing: it is verified under AMD's root" },
  };
}

/** Reads an endorsement; or says why it is none. */
export function readEndorsement(pem: string): Endorsement | string {
  const key = certificateKey(pem);
  if (!key) return "the certificate that came with the report cannot be read";
  let identity: VcekIdentity;
  try {
    identity = vcekIdentity(pem);
  } catch (error) {
    if (error instanceof EvidenceError) return error.message;
    throw error;
  }
  if (identity.chipId === undefined && identity.cloud === undefined)
    return "the certificate that came with the report names neither a chip (VCEK) nor a cloud (VLEK)";
  return { pem, key, identity, kind: identity.cloud === undefined ? "VCEK" : "VLEK" };
}

/** The way from an endorsement to the root of a family of processors; or what is wrong with it. */
export function pathOf(
  { pem, kind }: Endorsement,
  product: SnpProduct,
  given: readonly string[],
  { roots, now, collateral }: Pick<ExamineContext, "roots" | "now" | "collateral">,
): { readonly path: Path; readonly use?: CollateralUse } | string {
  const candidates = [
    ...given.slice(1).map((each) => ({ pem: each, source: undefined })),
    ...collateral
      .filter((file) => file.kind === "amd-certificates")
      .flatMap(({ bytes, source }) => certificatesOf(bytes).map((each) => ({ pem: each, source }))),
    // A rehearsal's processors have certificates of its own alone.
    ...(roots.simulated ? [] : shipped()),
  ];
  const leaf = new X509Certificate(pem);
  const issuer = candidates.find((each) => issued(leaf, each.pem));
  if (!issuer) return `nothing here issued the ${kind}, which says that ${nameIn(leaf.issuer)} did`;
  const problem = chainProblem([pem, issuer.pem], roots.amd[product], now);
  if (problem !== undefined) return otherRoot(issuer.pem, product, roots) ?? problem;
  const parsed = new X509Certificate(issuer.pem);
  const through = nameIn(parsed.subject);
  const wanted = `SEV-${kind === "VLEK" ? "VLEK-" : ""}${productNames[product]}`;
  if (!roots.simulated && through !== wanted)
    return `the ${kind} was issued by ${through}; ${wanted} alone may issue one`;
  const use = issuer.source !== undefined && {
    title: `AMD's certificate of ${through}`,
    source: issuer.source,
    leavesOpen: "nothing: it is verified under AMD's root",
  };
  return {
    path: { issuer: issuer.pem, through, validTo: new Date(leaf.validTo) },
    ...(use && { use }),
  };
}

/** What processors a report's certificate is for, by its own words. */
export function certifiedProduct({ identity: { productName } }: Endorsement): SnpProduct | undefined {
  return productName === undefined ? undefined : productOfName(productName);
}

function signed(report: SnpReport, pem: string): boolean {
  const endorsement = certificateKey(pem);
  return endorsement !== undefined && snpSignatureHolds(report, endorsement);
}

function certificateKey(pem: string): KeyObject | undefined {
  try {
    return new X509Certificate(pem).publicKey;
  } catch {
    return undefined;
  }
}

/** Certificates in a file, PEM or DER, that can be read. */
function certificatesOf(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString("latin1");
  const split = splitChain(text);
  const found = split.length > 0 ? split : [Buffer.from(bytes)];
  return found.flatMap((each) => {
    try {
      return [new X509Certificate(each).toString()];
    } catch {
      return [];
    }
  });
}

function shipped() {
  return snpProducts.flatMap((product) =>
    Object.values(amdIntermediates[product]).map((pem) => ({ pem, source: "shipped with this program" })),
  );
}

function issued(leaf: X509Certificate, pem: string): boolean {
  try {
    const issuer = new X509Certificate(pem);
    return leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** Where a chain leads to another family's root, that is what to say of it. */
function otherRoot(issuer: string, product: SnpProduct, { amd }: ExamineContext["roots"]): string | undefined {
  const other = snpProducts.find((each) => each !== product && issued(new X509Certificate(issuer), amd[each]));
  if (!other || issued(new X509Certificate(issuer), amd[product])) return undefined;
  return `its chain leads to AMD's root of ${productNames[other]}, and its processor is a ${productNames[product]}`;
}

function nameIn(distinguishedName: string): string {
  return /^CN=(.*)$/m.exec(distinguishedName)?.[1] ?? distinguishedName.replaceAll("\n", ", ");
}
