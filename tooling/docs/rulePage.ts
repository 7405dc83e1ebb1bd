import { claimOf } from "../../components/verdict/claims";
import { appliesTo } from "../../policies/isolation";
import { levelIn, packNames } from "../../policies/pack";
import type { Rule } from "../../policies/rule";
import { boundaries, tenants } from "../../policies/rule";
import { pillarTitles, sentence } from "./text";

/** The page of one rule. */
export function rulePage(rule: Rule): string {
  const { id, title, pillar, severity, threat, remediation, source, boundary, kinds, breakages, scope } = rule;
  const facts = [
    `**Pillar**: ${pillarTitles[pillar]}. **Severity**: ${severity}. **Platforms**: ${rule.platforms.join(", ")}.`,
    `**Isolation unit**: ${unitOf(rule)}`,
    `**Protects**: ${(rule.protects ?? tenants).join(", ")}.`,
    `**Guards the claim**: ${rule.claims.map((id) => `“${claimOf(id).says}”`).join(", ")} ([all claims](../claims.md)).`,
    `**Threat**: ${threat}`,
    `**Remedy**: ${remediation}`,
    `**Looks at**: ${kinds.map((kind) => `\`${kind}\``).join(", ")}; ${scope === "stack" ? "the whole stack" : "one resource at a time"}.`,
    `**Packs**: ${packNames.map((pack) => `${pack} ${levelIn(pack, rule)}`).join(", ")}${rule.remediate ? ", remediate (opt-in)" : ""}.`,
    `**In the cluster**: ${inCluster(rule)}`,
    `**If the control plane does not run it**: ${boundaries[boundary.by]}. ${sentence(boundary.how)}`,
    `**Source**: [${source.text}](${source.url})`,
  ];
  return [
    `# ${id}`,
    "Made from `policies/rules` by `npm run docs`; do not edit.",
    sentence(title),
    facts.map((fact) => `- ${fact}`).join("\n"),
    "## Refuses, among others",
    breakages
      .map(({ mistake, expect }) => `- ${mistake}, at ${expect === "" ? "the resource" : `\`${expect}\``}`)
      .join("\n"),
    ...celSection(rule),
  ].join("\n\n");
}

function unitOf(rule: Rule): string {
  if (rule.isolationUnit === "node") return "asked of stacks with `isolationUnit: node` alone.";
  return appliesTo(rule, "node") ? "asked of pods and nodes." : "not asked of stacks with `isolationUnit: node`.";
}

function inCluster({ admission, scope }: Rule): string {
  if (admission) return "a ValidatingAdmissionPolicy of the same name refuses it, too.";
  return scope === "stack"
    ? "no admission policy: it takes more than one object to tell."
    : "no admission policy: it is no object of Kubernetes, CEL cannot read what it holds, or Kubernetes itself refuses it.";
}

function celSection({ admission }: Rule): string[] {
  if (!admission) return [];
  const blind = Object.entries(admission.blindTo ?? {}).map(
    ([mistake, why]) => `- It does not see “${mistake}”: ${why}.`,
  );
  return [
    "## What the API server checks",
    ["```cel", ...admission.validations.map(({ expression }) => expression), "```"].join("\n"),
    ...(blind.length > 0 ? [blind.join("\n")] : []),
  ];
}
