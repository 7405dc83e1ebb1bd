import { broken } from "../../../policies/breakage";
import type { Breakage } from "../../../policies/breakage";
import { podPaths } from "../../../policies/kubernetes";
import { appliesTo } from "../../../policies/isolation";
import type { Resource, Rule } from "../../../policies/rule";
import type { KubeObject } from "../../../tooling/controlplane/api";

/** A Kubernetes object as an API server takes it; more than `KubeObject` says. */
export type Manifest = KubeObject & Readonly<Record<string, unknown>>;

interface Template {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Rules to test: those that `RULE=<id>,<id>` names, or all that have a policy. */
export function selectedRules(rules: readonly Rule[], filter = process.env.RULE): Rule[] {
  const wanted = filter?.split(",").map((id) => id.trim());
  const unknown = wanted?.filter((id) => !rules.some((rule) => rule.id === id && rule.admission)) ?? [];
  if (unknown.length > 0)
    throw new Error(
      `RULE: ${unknown.join(", ")}: no rule of this id has an admission policy; a new rule is known after npm run docs`,
    );
  // Rules about nodes that are TEEs themselves have policies on other clusters: test/acceptance/clouds/cluster.test.ts.
  const here = rules.filter((rule) => appliesTo(rule, undefined));
  return here.filter(({ id, admission }) => admission && (!wanted || wanted.includes(id)));
}

/** The object that a Pulumi resource stands for; undefined for charts and other providers' resources. */
export function manifestOf({ type, name, props }: Resource): Manifest | undefined {
  const [, group, kind] = /^kubernetes:(?!helm\.sh|yaml|kustomize)([^:]+):(\w+?)(?:Patch)?$/.exec(type) ?? [];
  if (!group || !kind) return undefined;
  const metadata = { name, ...(props.metadata as object | undefined) };
  return { ...props, apiVersion: group.replace(/^core\//, ""), kind, metadata };
}

export interface BrokenExample {
  readonly rule: Rule;
  readonly breakage: Breakage;
  readonly manifest: Manifest;
  readonly title: string;
}

/** The rule's breakages of Kubernetes objects, as objects. */
export function brokenExamples(rule: Rule): BrokenExample[] {
  return rule.breakages.flatMap((breakage) => {
    if (breakage.path === "dependsOn") return [];
    const changed = broken(rule.compliant, breakage)[breakage.resource ?? 0];
    const manifest = changed && manifestOf(changed);
    return manifest ? [{ rule, breakage, manifest, title: `${rule.id}: ${breakage.mistake}` }] : [];
  });
}

export function compliantExamples(rule: Rule): Manifest[] {
  return rule.compliant.flatMap((resource) => manifestOf(resource) ?? []);
}

/** The template that an object makes pods from; a Pod is its own. Undefined where it makes none. */
export function templateOf(manifest: Manifest): Template | undefined {
  const path = podPaths[`${manifest.apiVersion}/${manifest.kind}`];
  return path?.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], manifest) as
    Template | undefined;
}

/** The pod that a controller makes of an object, and of a Deployment the ReplicaSet before it. */
export function madeOf(manifest: Manifest): Manifest[] {
  const template = templateOf(manifest);
  if (!template || manifest.kind === "Pod") return [];
  const { name, namespace } = manifest.metadata;
  const metadata = { ...template.metadata, name: `${name}-1`, namespace };
  const pod: Manifest = { apiVersion: "v1", kind: "Pod", metadata, spec: template.spec };
  const replicaSet: Manifest = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: `${name}-1`, namespace },
    spec: { replicas: 1, selector: (manifest.spec as { selector?: unknown }).selector, template },
  };
  return manifest.kind === "Deployment" ? [pod, replicaSet] : [pod];
}
