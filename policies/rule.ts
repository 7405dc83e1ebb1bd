import type { ClaimId } from "../components/verdict/claims";
import type { Admission } from "./admission/admission";
import type { Finding } from "./place";
import type { Breakage } from "./breakage";
import type { Evaluation } from "./evaluate";
import { evaluateItems } from "./evaluate";
import type { IsolationUnit } from "./isolation";
import type { Remediation } from "./remediation";
import type { Source } from "./sources";

/** The pillars of the reference architecture, in the order in which trust is built. */
export const pillars = ["hardware", "runtime", "guest", "attestation", "images", "cluster"] as const;
export type Pillar = (typeof pillars)[number];

export const severities = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];

/** Where a rule makes sense: pods in virtual machines on bare metal, or confidential VM nodes of a cloud. */
export const platforms = ["bareMetal", "azure", "gcp"] as const;
export type Platform = (typeof platforms)[number];
/** About guests of single pods and their hosts; with isolation unit `node` such a rule is not asked, see isolation.ts. */
export const bareMetal: readonly Platform[] = ["bareMetal"];
export const clouds: readonly Platform[] = ["azure", "gcp"];

/** What a violation does: refuse the update, or warn. */
export type Level = "mandatory" | "advisory";

/** Whom a mistake hurts. Most rules protect weights and prompts; some protect a provider from its tenants. */
export const parties = ["modelOwner", "infrastructureProvider", "dataOwner"] as const;
export type Party = (typeof parties)[number];
export const tenants: readonly Party[] = ["modelOwner", "dataOwner"];

/**
 * What stops the mistake when a control plane does not run this rule, or lies about it. A rule in a preview is a guard
 * rail: it helps those who want to do it right. A trust boundary holds against those who do not.
 */
export const boundaries = {
  measurement: "the launch measurement: the guest attests as something else and gets no key",
  agentPolicy: "the agent policy inside the guest, bound to the evidence by init-data",
  keyBroker: "the key broker's resource policy",
  ownControlPlane:
    "nothing further, and nothing further is needed: it is applied by the party that it protects, to its own cluster",
  nothing: "nothing: this rule is a guard rail only",
} as const;
export type Boundary = keyof typeof boundaries;

/** A resource as a policy sees it: its Pulumi type, name and inputs. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** Stack rules only: everything the resource depends on, directly or not, by name as in `identity`. */
  readonly dependsOn?: readonly string[];
  /** URN, where there is one; names the resource in `dependsOn`. */
  readonly urn?: string;
}

/** What a rule says about itself. Docs, messages and tests are made of it. */
export interface RuleText {
  /** kebab-case; the file has the same name in camelCase. */
  readonly id: string;
  /** The state of things that the rule demands, as one short sentence without a full stop. */
  readonly title: string;
  readonly pillar: Pillar;
  readonly severity: Severity;
  /** One sentence: what an attacker, or bad luck, makes of the mistake. */
  readonly threat: string;
  /** One sentence: what to write instead. */
  readonly remediation: string;
  /** Upstream document, issue or code that the rule rests on. */
  readonly source: Source;
  readonly platforms: readonly Platform[];
  /** Set for rules that are asked of stacks of this isolation unit alone, and of no stack that does not name it. */
  readonly isolationUnit?: IsolationUnit;
  /** The claims that a violation would make untrue: ids of components/verdict/claims.ts. */
  readonly claims: readonly ClaimId[];
  /** Whom the rule protects. Default model owner and data owner. */
  readonly protects?: readonly Party[];
  /**
   * What pack `baseline` makes of a violation. Default mandatory; advisory for hardening that a sound factory can do
   * without, and for facts that change too often to refuse by. Pack `strict` refuses all the same.
   */
  readonly baseline?: Level;
  /** The same demand in CEL, where one Kubernetes object alone decides: the API server then refuses what came by no preview. */
  readonly admission?: Admission;
  readonly boundary: { readonly by: Boundary; readonly how: string };
  /** Resources that pass this rule; breakages start from them. */
  readonly compliant: readonly Resource[];
  /** Changes of exactly one property of `compliant`, each of which the rule refuses. */
  readonly breakages: readonly Breakage[];
}

/** What a rule looks at: parts of a resource (pods, documents …), found lazily. */
export interface Selector<Item> {
  /** For readers: which kinds of resource it finds something in. */
  readonly kinds: readonly string[];
  readonly select: (resource: Resource) => Iterable<Item>;
}

export interface Rule extends RuleText {
  /** `resource` rules see one resource at a time, before it is applied; `stack` rules see all of them at the end. */
  readonly scope: "resource" | "stack";
  readonly kinds: readonly string[];
  readonly evaluate: (resources: readonly Resource[]) => Evaluation;
  readonly remediate?: Remediation;
}

export interface ResourceRule<Item> extends RuleText {
  readonly looksAt: Selector<Item>;
  /** Pure. Yields rather than returns, so that what it found stands even if the next value is not known yet. */
  readonly check: (item: Item) => Iterable<Finding>;
  /** Opt-in, by pack `remediate`: see remediation.ts. */
  readonly remediate?: Remediation;
}

export function resourceRule<Item>({ looksAt, check, ...text }: ResourceRule<Item>): Rule {
  return {
    ...text,
    scope: "resource",
    kinds: looksAt.kinds,
    evaluate: (resources) => evaluateItems(resources, looksAt.select, check),
  };
}

export interface StackFinding extends Finding {
  readonly resource: Resource;
}

export interface StackRule<Item> extends RuleText {
  readonly kinds: readonly string[];
  /** The parts of the stack that the rule judges one by one; it is given all resources to compare with. */
  readonly select: (resource: Resource, all: readonly Resource[]) => Iterable<Item>;
  readonly check: (item: Item, all: readonly Resource[]) => Iterable<Finding>;
}

export function stackRule<Item>({ kinds, select, check, ...text }: StackRule<Item>): Rule {
  return {
    ...text,
    scope: "stack",
    kinds,
    evaluate: (resources) =>
      evaluateItems(
        resources,
        (resource) => select(resource, resources),
        (item) => check(item, resources),
      ),
  };
}
