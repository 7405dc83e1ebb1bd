import type { Rule } from "../../policies/rule";
import { pillars, severities } from "../../policies/rule";
import { levelIn } from "../../policies/pack";
import { pillarTitles, table } from "./text";

const intro = `# Policy rules

Made from \`policies/rules\` by \`npm run docs\`; do not edit. How to write one: [writing-rules.md](writing-rules.md).

A rule in a preview is a guard rail: it helps those who want to do it right, and a control plane that lies does not run
it. What holds against those who do not is said at each rule.

| pack | for whom |
| --- | --- |
| \`policies/packs/baseline\` | everybody: refuses what opens a factory, warns of what only weakens it |
| \`policies/packs/strict\` | whoever wants no exceptions: every rule refuses |
| \`policies/packs/audit\` | a stack that is there already: every rule warns |
| \`policies/packs/remediate\` | opt-in beside another pack: writes the one right answer where there is one |

\`\`\`sh
pulumi preview --policy-pack policies/packs/baseline
\`\`\`

Values that only \`up\` will know are reported as not yet checked at preview, and checked at \`up\`.
`;

/** The index of all rules: by pillar, by severity and by threat. */
export function policiesPage(rules: readonly Rule[]): string {
  const byId = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  const link = ({ id }: Rule) => `[${id}](rules/${id}.md)`;
  const of = (rule: Rule) => [
    link(rule),
    rule.title,
    rule.severity,
    levelIn("baseline", rule),
    rule.admission ? "yes" : "–",
    rule.boundary.by === "nothing" ? "guard rail" : rule.boundary.by,
  ];
  const heads = ["rule", "demands", "severity", "baseline", "admission", "held by"];
  return [
    intro,
    `${rules.length} rules, ${rules.filter(({ admission }) => admission).length} of them as ValidatingAdmissionPolicies as well.`,
    ...pillars.flatMap((pillar) => [
      `## ${pillarTitles[pillar]}`,
      table(heads, byId.filter((rule) => rule.pillar === pillar).map(of)),
    ]),
    "## By severity",
    [...severities]
      .reverse()
      .map((severity) => {
        const links = byId.filter((rule) => rule.severity === severity).map(link);
        return `- **${severity}** (${links.length}): ${links.join(", ")}`;
      })
      .join("\n"),
    "## By threat",
    table(
      ["what an attacker, or bad luck, makes of it", "refused by"],
      byId.map((rule) => [rule.threat, link(rule)]),
    ),
  ]
    .map((part) => part.trim())
    .join("\n\n");
}
