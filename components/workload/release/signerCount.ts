import type { SignatureFinding } from "./signatures";
import type { SignerPolicy, SigningParty } from "./signers";
import { signingParties } from "./signers";

const words = { modelOwner: "model owner", dataOwner: "data owner" } as const satisfies Record<SigningParty, string>;

/** Where a document is short of signers: one sentence's end a party, saying who did not sign and which signatures do not count. */
export function missingSigners(findings: readonly SignatureFinding[], policy: SignerPolicy): string[] {
  return signingParties.flatMap((party) => {
    const rule = policy[party];
    if (!rule) return [];
    const counting = names(findings, party, "counts");
    const lacking = rule.threshold - counting.length;
    if (lacking <= 0) return [];
    const signed = new Set(findings.map(({ signer }) => signer?.name));
    const able = rule.keys
      .filter(({ name, revoked }) => revoked === undefined && !signed.has(name))
      .map(({ name }) => name);
    const start = findings.length === 0 ? "is unsigned" : "is short of signatures";
    const others = setAside(findings);
    return [
      `${start}: ${counting.length} of ${rule.threshold} by the ${words[party]} ${rule.threshold === 1 ? "counts" : "count"}` +
        `${counting.length > 0 ? ` (${counting.join(", ")})` : ""}${others.length > 0 ? `; ${others.join("; ")}` : ""}; ` +
        (able.length > 0
          ? `have ${lacking} more of ${able.join(", ")} sign it`
          : `ask the ${words[party]} for its current keys, and write them into the signer policy`),
    ];
  });
}

/** Signatures that do not count beside enough that do: harmless, and worth knowing. */
export function setAsideWarnings(findings: readonly SignatureFinding[]): string[] {
  return setAside(findings).map((text) => `One signature does not count: ${text}.`);
}

function setAside(findings: readonly SignatureFinding[]): string[] {
  return findings.flatMap(({ status, signer, kid }) => {
    if (status === "unknown") return [`the key ${kid} is not in the signer policy`];
    if (status === "revoked") return [`the key ${signer?.name ?? kid} is revoked (${signer?.revoked ?? ""})`];
    if (status === "retired") return [`the key ${signer?.name ?? kid} was retired at ${signer?.notAfter ?? ""}`];
    return [];
  });
}

/** Keys whose retirement before a point in time will leave the document short of signers. */
export function retirementWarnings(findings: readonly SignatureFinding[], policy: SignerPolicy, until: Date): string[] {
  return signingParties.flatMap((party) => {
    const rule = policy[party];
    if (!rule) return [];
    const counting = findings.flatMap(({ status, signer }) =>
      status === "counts" && signer?.party === party ? [signer] : [],
    );
    const leaving = counting.filter(({ notAfter }) => notAfter !== undefined && Date.parse(notAfter) < until.getTime());
    if (leaving.length === 0 || counting.length - leaving.length >= rule.threshold) return [];
    const which = leaving.map(({ name, notAfter }) => `${name} at ${notAfter ?? ""}`).join(", ");
    return [
      `Keys that signed it are about to retire (${which}), which leaves it short of signatures; have others sign it before.`,
    ];
  });
}

function names(
  findings: readonly SignatureFinding[],
  party: SigningParty,
  status: SignatureFinding["status"],
): string[] {
  return findings.flatMap((finding) =>
    finding.status === status && finding.signer?.party === party ? [finding.signer.name] : [],
  );
}
