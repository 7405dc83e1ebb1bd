import type { Policies, PolicyPackArgs, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { PolicyPack } from "@pulumi/policy";
import type { Evaluation } from "./evaluate";
import type { Pack } from "./pack";
import type { Finding } from "./place";
import type { Level, Resource, Rule } from "./rule";

/** Answers the engine's questions with a pack, in the process that this is called in. One pack a process. */
export function serve(pack: Pack): void {
  new PolicyPack(pack.name, packArguments(pack));
}

export function packArguments({ description, selection }: Pack): PolicyPackArgs {
  return { description, policies: selection.map(({ rule, level }) => crossguardPolicy(rule, level)) };
}

/** A rule as the policy SDK wants it. */
export function crossguardPolicy(rule: Rule, level: Level): Policies[number] {
  const text = {
    name: rule.id,
    description: `${rule.title}.`,
    enforcementLevel: level,
    severity: rule.severity,
    tags: [rule.pillar],
    remediationSteps: rule.remediation,
    url: rule.source.url,
  };
  return rule.scope === "resource" ? resourcePolicy(rule, text) : stackPolicy(rule, text);
}

type PolicyText = Omit<ResourceValidationPolicy, "validateResource" | "remediateResource">;

function resourcePolicy(rule: Rule, text: PolicyText): ResourceValidationPolicy {
  return {
    ...text,
    validateResource: ({ type, name, urn, props, notApplicable }, report) => {
      const evaluation = rule.evaluate([{ type, name, urn, props }]);
      for (const finding of evaluation.findings) report(violationMessage(rule, finding));
      conclude(rule, evaluation, notApplicable);
    },
  };
}

function stackPolicy(rule: Rule, text: PolicyText): StackValidationPolicy {
  return {
    ...text,
    validateStack: ({ resources, notApplicable }, report) => {
      const evaluation = rule.evaluate(resourcesOf(resources));
      for (const finding of evaluation.findings) report(violationMessage(rule, finding), finding.resource.urn);
      conclude(rule, evaluation, notApplicable);
    },
  };
}

/**
 * A value that only `up` will know is neither passed nor refused: the SDK turns its own error into a warning that names
 * the value. What was found before it has been reported and stands.
 */
function conclude(rule: Rule, { applies, unknown }: Evaluation, notApplicable: (reason: string) => never): void {
  if (unknown[0]) throw unknown[0].error;
  if (!applies) notApplicable(`nothing here is ${rule.kinds.join(", ")}`);
}

/**
 * What a user reads: what is wrong and where, why it matters, what to write. The engine puts the rule's title in front.
 */
export function violationMessage(rule: Rule, { path, value, message }: Finding): string {
  const where = path === "" ? "the resource" : path;
  return [
    `${where}${value === undefined ? "" : ` = ${value}`}: ${message}`,
    `Threat: ${rule.threat}`,
    `Remedy: ${rule.remediation}`,
  ].join("\n");
}

type StackResource = Parameters<StackValidationPolicy["validateStack"]>[0]["resources"][number];

/** The stack's resources with everything that each depends on, directly or through others, parents included. */
function resourcesOf(resources: readonly StackResource[]): Resource[] {
  return resources.map((resource) => ({
    type: resource.type,
    name: resource.name,
    urn: resource.urn,
    props: resource.props,
    dependsOn: [...dependencies(resource)],
  }));
}

function dependencies(resource: StackResource, seen = new Set<string>()): Set<string> {
  for (const dependency of [...resource.dependencies, ...(resource.parent ? [resource.parent] : [])]) {
    if (seen.has(dependency.urn)) continue;
    seen.add(dependency.urn);
    dependencies(dependency, seen);
  }
  return seen;
}
