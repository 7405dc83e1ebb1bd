import type { Policies, PolicyPackArgs, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { PolicyPack } from "@pulumi/policy";
import type { Evaluation } from "./evaluate";
import { ExceptionBook } from "./exceptionPolicies";
import type { Exception } from "./exceptions";
import { exceptionsFrom } from "./exceptions";
import type { IsolationUnit } from "./isolation";
import { appliesTo, isolationUnitFrom, leftOutBecause, nodeNotice } from "./isolation";
import type { Pack } from "./pack";
import type { Finding } from "./place";
import type { Known } from "./remediation";
import { writeEdits } from "./remediation";
import { unpackOnce } from "./unpackOnce";
import type { Level, Resource, Rule } from "./rule";

/** Answers the engine's questions with a pack, in the process that this is called in. One pack a process. */
export function serve(pack: Pack): void {
  // The engine hands over the stack's configuration in the environment.
  const { PULUMI_CONFIG: settings } = process.env;
  const unit = isolationUnitFrom(settings);
  unpackOnce();
  new PolicyPack(pack.name, packArguments(pack, exceptionsFrom(settings), new Date(), unit));
}

export function packArguments(
  pack: Pack,
  exceptions: readonly Exception[],
  now: Date,
  unit?: IsolationUnit,
): PolicyPackArgs {
  const { description, selection, exceptionLevel } = pack;
  const book = new ExceptionBook(exceptions, now);
  const policies = selection.map(({ rule, level }) => crossguardPolicy(rule, level, book, unit ?? "pod"));
  const rules = selection.map(({ rule }) => rule);
  const notices = unit === "node" ? [nodeNotice(rules)] : [];
  const ruleIds = rules.map(({ id }) => id);
  return { description, policies: [...policies, ...notices, ...book.policies(ruleIds, exceptionLevel)] };
}

/** Answers with the remediations of rules: edits of inputs before they are judged. Opt-in, beside another pack. */
export function serveRemediations(rules: readonly Rule[], known: Known): void {
  const unit = isolationUnitFrom(process.env.PULUMI_CONFIG);
  // What is right for a guest of one pod is wrong for a pod on a node that is the TEE.
  const asked = rules.filter((rule) => appliesTo(rule, unit));
  const policies = asked.flatMap((rule) => remediationPolicy(rule, known) ?? []);
  const description = "Writes the one right answer where there is one; judges nothing.";
  new PolicyPack("trustfoundry-remediate", { description, policies });
}

/** A rule's remediation as the policy SDK wants it; undefined where it has none. */
export function remediationPolicy(rule: Rule, known: Known): ResourceValidationPolicy | undefined {
  const { remediate } = rule;
  if (!remediate) return undefined;
  return {
    name: rule.id,
    description: `${rule.title}.`,
    enforcementLevel: "remediate",
    severity: rule.severity,
    remediateResource: ({ type, name, urn, props }) => {
      const edits = [...remediate({ type, name, urn, props }, known)];
      return writeEdits(props, edits) ? props : undefined;
    },
  };
}

const noExceptions = new ExceptionBook([], new Date(0));

/** A rule as the policy SDK wants it. One that is not asked of the isolation unit stays in the pack, and says so. */
export function crossguardPolicy(
  rule: Rule,
  level: Level,
  book = noExceptions,
  unit: IsolationUnit | undefined = rule.isolationUnit,
): Policies[number] {
  const text = {
    name: rule.id,
    description: `${rule.title}.`,
    enforcementLevel: level,
    severity: rule.severity,
    tags: [rule.pillar],
    remediationSteps: rule.remediation,
    url: rule.source.url,
  };
  if (!appliesTo(rule, unit)) return silentPolicy(rule, text, leftOutBecause(unit));
  return rule.scope === "resource" ? resourcePolicy(rule, text, book) : stackPolicy(rule, text, book);
}

type PolicyText = Omit<ResourceValidationPolicy, "validateResource" | "remediateResource">;

function silentPolicy({ scope }: Rule, text: PolicyText, reason: string): Policies[number] {
  const say = ({ notApplicable }: { notApplicable: (reason: string) => never }) =>
    withoutTrace(() => notApplicable(reason));
  return scope === "resource" ? { ...text, validateResource: say } : { ...text, validateStack: say };
}

function resourcePolicy(rule: Rule, text: PolicyText, book: ExceptionBook): ResourceValidationPolicy {
  return {
    ...text,
    validateResource: ({ type, name, urn, props, notApplicable }, report) => {
      const evaluation = rule.evaluate([{ type, name, urn, props }]);
      for (const finding of evaluation.findings)
        if (!book.covers(rule, finding.resource, finding)) report(violationMessage(rule, finding));
      conclude(evaluation, notApplicable);
    },
  };
}

function stackPolicy(rule: Rule, text: PolicyText, book: ExceptionBook): StackValidationPolicy {
  return {
    ...text,
    validateStack: ({ resources, notApplicable }, report) => {
      const evaluation = rule.evaluate(resourcesOf(resources));
      for (const finding of evaluation.findings)
        if (!book.covers(rule, finding.resource, finding))
          report(violationMessage(rule, finding), finding.resource.urn);
      conclude(evaluation, notApplicable);
    },
  };
}

/**
 * A value that only `up` will know is neither passed nor refused: the SDK turns its own error into a warning that names
 * the value. What was found before it has been reported and stands.
 */
function conclude({ applies, unknown }: Evaluation, notApplicable: (reason: string) => never): void {
  if (unknown[0]) throw unknown[0].error;
  // Said of most rules at each resource: the engine passes every letter on.
  if (!applies) withoutTrace(() => notApplicable("nothing of its kinds"));
}

/** The SDK says "not applicable" by an error. Its trace, which nobody reads, would cost more than most rules. */
function withoutTrace(step: () => never): never {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return step();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
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
    // Few rules ask, and the way there is long.
    get dependsOn() {
      return [...dependencies(resource)];
    },
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
