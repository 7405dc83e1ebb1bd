import { exceptionFor } from "../../policies/exceptions";
import type { Exception } from "../../policies/exceptions";
import { appliesTo } from "../../policies/isolation";
import type { IsolationUnit } from "../../policies/isolation";
import { levelIn } from "../../policies/pack";
import type { PackName } from "../../policies/pack";
import type { Resource, Rule } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { byText } from "../review/text";
import type { PolicyFinding, PolicyResults, ReadResource } from "./reading";

export interface JudgeArgs {
  readonly resources: readonly ReadResource[];
  readonly pack: PackName;
  readonly unit: IsolationUnit;
  readonly exceptions: readonly Exception[];
  readonly now: Date;
}

/** Holds a stack's resources against the pack, as the engine would at a preview of this state. */
export function judge({ resources, pack, unit, exceptions, now }: JudgeArgs): PolicyResults {
  const seen = withDependencies(resources);
  const findings: PolicyFinding[] = [];
  const borne: Omit<PolicyFinding, "level">[] = [];
  const undecided: { rule: string; resource: string; path: string }[] = [];
  const applied: string[] = [];
  for (const rule of rules.filter((each) => appliesTo(each, unit))) {
    const { applies, findings: found, unknown } = evaluated(rule, seen);
    if (applies) applied.push(rule.id);
    for (const { resource, path } of unknown) undecided.push({ rule: rule.id, resource: resource.name, path });
    for (const finding of found) {
      const { resource, path, value, message } = finding;
      const said = {
        rule: rule.id,
        resource: resource.name,
        path,
        message: value === undefined ? message : `${value} ${message}`,
      };
      if (exceptionFor(exceptions, rule, resource, finding, now)) borne.push(said);
      else findings.push({ ...said, level: levelIn(pack, rule) });
    }
  }
  return { applied, findings: sorted(findings), borne: sorted(borne), undecided: sorted(undecided) };
}

/** Which rules find something to look at in these resources; what they find there is for others to say. */
export function appliedRules(resources: readonly ReadResource[], unit: IsolationUnit): string[] {
  const seen = withDependencies(resources);
  return rules
    .filter((rule) => appliesTo(rule, unit))
    .filter((rule) => evaluated(rule, seen).applies)
    .map(({ id }) => id);
}

/** As the engine asks: one resource at a time, or all of them at the end. */
function evaluated(rule: Rule, seen: readonly Resource[]) {
  if (rule.scope === "stack") return rule.evaluate(seen);
  const each = seen.map((resource) => rule.evaluate([resource]));
  return {
    applies: each.some(({ applies }) => applies),
    findings: each.flatMap(({ findings }) => findings),
    unknown: each.flatMap(({ unknown }) => unknown),
  };
}

function withDependencies(resources: readonly ReadResource[]): Resource[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const reached = (urn: string, seen = new Set<string>()): Set<string> => {
    for (const next of byUrn.get(urn)?.dependsOn ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      reached(next, seen);
    }
    return seen;
  };
  return resources.map(({ type, name, urn, inputs }) => ({
    type,
    name,
    urn,
    props: inputs,
    get dependsOn() {
      return [...reached(urn)];
    },
  }));
}

function sorted<T extends { readonly rule: string; readonly resource: string; readonly path: string }>(
  found: readonly T[],
): T[] {
  const key = ({ rule, resource, path }: T) => `${rule}\0${resource}\0${path}`;
  return [...found].sort((a, b) => byText(key(a), key(b)));
}
