import { day } from "../day";
import type { X509Certificate } from "node:crypto";
import type { CollateralFile, ExamineContext } from "../context";
import { EvidenceError } from "../evidence/reader";
import type { RevocationList } from "../evidence/revocationList";
import { isRevoked, listSigned, listedBy, parseRevocationList } from "../evidence/revocationList";
import { nameOf } from "./certificates";
import type { Checklist, TdxCheck } from "./checklist";

export interface RevocationArgs {
  readonly check: TdxCheck;
  readonly kind: "intel-pck-crl" | "intel-root-crl";
  readonly issuer: X509Certificate;
  /** What must not be on the list, and what to call it. */
  readonly certificates: readonly { readonly certificate: X509Certificate; readonly called: string }[];
  readonly fetch: string;
}

/**
 * Looks certificates up in their issuer's list. A list that is out of date still refuses what is on it; that something is
 * not on it then says nothing. Returns the certificates that are on it.
 */
export function examineRevocation(args: RevocationArgs, context: ExamineContext, list: Checklist): X509Certificate[] {
  const { check, kind, issuer, certificates, fetch } = args;
  const name = nameOf(issuer, context.roots);
  const title = `revocation list of ${name}`;
  const found = newest(kind, issuer, context);
  if (found === undefined || found instanceof EvidenceError) {
    const missing = `no ${title} was given`;
    list.use({ title, source: "none", leavesOpen: `whether ${name} revoked ${names(args)}` });
    if (found) list.put(check, "failed", found.message);
    else list.put(check, "notChecked", `${missing}; fetch ${fetch}`);
    return [];
  }
  const { file, revocations } = found;
  const { thisUpdate: issued, nextUpdate } = revocations;
  const [from, until] = [day(issued), nextUpdate && day(nextUpdate)];
  const current = nextUpdate !== undefined && context.now <= nextUpdate;
  const leavesOpen = `revocations after ${from}`;
  list.use({ title, source: file.source, issued, ...(nextUpdate && { nextUpdate }), leavesOpen });
  if (issued > context.now) {
    list.put(check, "failed", `the ${title} is of ${from}, which is yet to come by this reader's clock`);
    return [];
  }
  const revoked = certificates.filter(({ certificate }) => isRevoked(revocations, certificate));
  if (revoked.length > 0)
    list.put(check, "failed", `${name} revoked ${revoked.map(({ called }) => called).join(" and ")} (list of ${from})`);
  else if (!current)
    list.put(
      check,
      "notChecked",
      `the ${title} is out of date: it was of ${from}${until ? ` and counted until ${until}` : ""}; fetch ${fetch}`,
    );
  else list.put(check, "verified", `not revoked by ${name}: ${names(args)} (list of ${from}, counts until ${until})`);
  return revoked.map(({ certificate }) => certificate);
}

/** The newest list of this issuer; the reason why one that says that it is its is not. */
function newest(
  kind: RevocationArgs["kind"],
  issuer: X509Certificate,
  { collateral, roots }: ExamineContext,
): { file: CollateralFile; revocations: RevocationList } | EvidenceError | undefined {
  const found: { file: CollateralFile; revocations: RevocationList }[] = [];
  for (const file of collateral.filter((each) => each.kind === kind)) {
    try {
      const revocations = parseRevocationList(file.bytes, file.source);
      if (!listedBy(revocations, issuer)) continue;
      if (!listSigned(revocations, issuer))
        return new EvidenceError(`${file.source}: ${nameOf(issuer, roots)} did not sign it`);
      found.push({ file, revocations });
    } catch (error) {
      if (error instanceof EvidenceError) return error;
      throw error;
    }
  }
  return found.sort((a, b) => b.revocations.thisUpdate.getTime() - a.revocations.thisUpdate.getTime())[0];
}

function names({ certificates }: RevocationArgs): string {
  return certificates.map(({ called }) => called).join(" and ");
}
