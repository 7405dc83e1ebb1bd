import { claimIds, claimOf } from "../../components/verdict/claims";
import type { ClaimId } from "../../components/verdict/claims";
import type { Rule } from "../../policies/rule";
import { table } from "./text";

const intro = `# Claims and what enforces them

Made from \`components/verdict/claims.ts\` and \`policies/rules\` by \`npm run docs\`; do not edit.

Four things stand behind a claim. **Measured**: hardware measures or encrypts it, or software inside the attested guest
decides it; this holds against everybody outside the guest. **KBS**: the key broker compares it before it gives a key; this
holds against everybody but the broker's owner. **Admission** and **preview** are guard rails: rules that the API server, or
\`pulumi preview\`, refuses violations of. They stop mistakes, and nobody who administers the cluster.

A claim without entries under the first two is nobody's to prove by evidence.
`;

/** Claim × enforced by × evidence. */
export function claimsPage(rules: readonly Rule[]): string {
  const heads = ["claim", "measured", "KBS", "admission", "preview", "evidence", "not covered"];
  const rows = claimIds.map((id) => {
    const { says, measured, keyBroker, evidence, limit } = claimOf(id);
    const of = rulesOf(rules, id);
    return [
      `**${id}**: ${says}`,
      measured ?? "–",
      keyBroker ?? "–",
      links(of.filter(({ admission }) => admission)),
      links(of),
      evidence.map(({ of: kind, path }) => `${kind}: \`${path}\``).join(", ") || "none",
      limit,
    ];
  });
  return `${intro}\n${table(heads, rows)}\n`;
}

export function rulesOf(rules: readonly Rule[], claim: ClaimId): Rule[] {
  return rules.filter(({ claims }) => claims.includes(claim)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

function links(rules: readonly Rule[]): string {
  return rules.map(({ id }) => `[${id}](rules/${id}.md)`).join(", ") || "–";
}
