import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Rule } from "../../policies/rule";
import { boundaries, pillars } from "../../policies/rule";
import { rules } from "../../policies/rules";

const pillarTitles = {
  hardware: "Hardware root of trust",
  runtime: "Kata Containers",
  guest: "Hardened guest",
  attestation: "Attestation and key services",
  images: "Encrypted and signed images",
  cluster: "Kubernetes and the GPU Operator",
} as const satisfies Record<(typeof pillars)[number], string>;

const intro = `# Policy rules

Made from \`policies/rules\` by \`npm run docs\`; do not edit.

A rule in a preview is a guard rail: it helps those who want to do it right, and a control plane that lies does not run
it. What holds against those who do not is said at each rule.

Two packs run these rules under Pulumi: \`policies/packs/baseline\` refuses, \`policies/packs/audit\` warns.

\`\`\`sh
pulumi preview --policy-pack policies/packs/baseline
\`\`\`

Values that only \`up\` will know are reported as not yet checked at preview, and checked at \`up\`.
`;

/** The page of all rules: a table by pillar, then a section a rule. */
export function policiesPage(all: readonly Rule[] = rules): string {
  const sorted = pillars.flatMap((pillar) =>
    all.filter((rule) => rule.pillar === pillar).sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  const rows = sorted.map(
    ({ id, title, pillar, severity, boundary }) =>
      `| [${id}](#${id}) | ${cell(title)} | ${pillarTitles[pillar]} | ${severity} | ${boundary.by === "nothing" ? "guard rail" : boundary.by} |`,
  );
  const table = ["| rule | demands | pillar | severity | held by |", "| --- | --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
  return [`${intro}\n${sorted.length} rules.\n\n${table}\n`, ...sorted.map(section)].join("\n");
}

function section({
  id,
  title,
  pillar,
  severity,
  threat,
  remediation,
  source,
  boundary,
  kinds,
  breakages,
  scope,
}: Rule): string {
  const lines = [
    `- **Pillar**: ${pillarTitles[pillar]}. **Severity**: ${severity}. **Sees**: ${scope === "stack" ? "the whole stack" : "one resource at a time"}.`,
    `- **Threat**: ${threat}`,
    `- **Remedy**: ${remediation}`,
    `- **Looks at**: ${kinds.map((kind) => `\`${kind}\``).join(", ")}`,
    `- **If the control plane does not run it**: ${boundaries[boundary.by]}. ${sentence(boundary.how)}`,
    `- **Refuses, among others**: ${breakages.map(({ mistake }) => mistake).join("; ")}.`,
    `- **Source**: [${source.text}](${source.url})`,
  ];
  return `## ${id}\n\n${title}.\n\n${lines.join("\n")}\n`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

if (require.main === module) writeFileSync(resolve(__dirname, "../../docs/policies.md"), policiesPage());
