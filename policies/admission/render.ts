import { admissionNamespace } from "../../components/cluster/acceptanceParameters";
import type { Exception } from "../exceptions";
import type { IsolationUnit } from "../isolation";
import { appliesTo } from "../isolation";
import type { Level, Rule } from "../rule";
import type { AdmissionCluster } from "./admission";
import { exemptions } from "./exempt";
import type { MatchCondition } from "./exempt";
import type { ResourceRule, Scope, Variable } from "./scopes";
import { scopeOf } from "./scopes";

interface Metadata {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

interface MatchExpression {
  readonly key: string;
  readonly operator: "In" | "NotIn";
  readonly values: string[];
}

export interface ValidatingAdmissionPolicy {
  readonly apiVersion: typeof apiVersion;
  readonly kind: "ValidatingAdmissionPolicy";
  readonly metadata: Metadata;
  readonly spec: {
    readonly failurePolicy: "Fail";
    readonly paramKind?: { readonly apiVersion: "v1"; readonly kind: "ConfigMap" };
    readonly matchConstraints: {
      readonly matchPolicy: "Equivalent";
      readonly namespaceSelector: { readonly matchExpressions: MatchExpression[] };
      readonly resourceRules: ResourceRule[];
    };
    readonly matchConditions: MatchCondition[];
    readonly variables: Variable[];
    readonly validations: {
      readonly expression: string;
      readonly message: string;
      readonly reason: "Forbidden";
    }[];
  };
}

export interface ValidatingAdmissionPolicyBinding {
  readonly apiVersion: typeof apiVersion;
  readonly kind: "ValidatingAdmissionPolicyBinding";
  readonly metadata: Metadata;
  readonly spec: {
    readonly policyName: string;
    readonly validationActions: ("Deny" | "Warn" | "Audit")[];
    readonly matchResources?: { readonly namespaceSelector: { readonly matchExpressions: MatchExpression[] } };
    readonly paramRef?: {
      readonly name: string;
      readonly namespace: string;
      readonly parameterNotFoundAction: "Deny";
    };
  };
}

/** A rule's policy and what binds it: to the whole cluster, or to each tenant's namespace. */
export interface RenderedPolicy {
  readonly rule: string;
  readonly cluster: AdmissionCluster;
  readonly policy: ValidatingAdmissionPolicy;
  readonly bindings: readonly ValidatingAdmissionPolicyBinding[];
}

export interface RenderOptions {
  readonly exceptions?: readonly Exception[];
  /** The day on which exceptions have to hold. */
  readonly now: Date;
  /** Namespaces of tenants whose acceptance parameters are in the cluster. Default none. */
  readonly tenants?: readonly string[];
  /** Of the cluster's confidential part: rules about guests of single pods have no policy on nodes that are the TEE. */
  readonly isolationUnit?: IsolationUnit;
}

const apiVersion = "admissionregistration.k8s.io/v1";
const namespaceName = "kubernetes.io/metadata.name";

/** Kubernetes' own: a mistake in a policy must not keep a cluster from starting or mending itself. */
const systemNamespaces = ["kube-node-lease", "kube-public", "kube-system"];

/** Label of policies and bindings, by which all of them are found, and removed. */
export const ruleLabel = "trustfoundry.dev/rule";

export const policyName = (rule: string) => `trustfoundry-${rule}`;

/** A rule's demand as objects of the Kubernetes API; undefined where no single object decides. Pure, and always the same. */
export function renderPolicy(rule: Rule, level: Level, options: RenderOptions): RenderedPolicy | undefined {
  const { admission, id } = rule;
  if (!admission) return undefined;
  const scope = scopeOf(admission);
  const own = Object.entries(admission.variables ?? {}).map(([name, expression]) => ({ name, expression }));
  const taken = own.filter(({ name }) => name === "judged" || scope.variables.some((known) => known.name === name));
  if (taken[0])
    throw new Error(`${id}: the generator has a variable "${taken[0].name}" of its own; choose another name`);

  const metadata = metadataOf(rule);
  return {
    rule: id,
    cluster: admission.cluster ?? "provider",
    policy: {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata: metadata(policyName(id)),
      spec: {
        failurePolicy: "Fail",
        ...(admission.parameters && { paramKind: { apiVersion: "v1", kind: "ConfigMap" } }),
        matchConstraints: {
          matchPolicy: "Equivalent",
          namespaceSelector: { matchExpressions: namespaces(scope) },
          resourceRules: scope.resourceRules,
        },
        matchConditions: [
          // It restores the objects that a cluster cannot start without.
          { name: "not-the-api-server", expression: 'request.userInfo.username != "system:apiserver"' },
          ...exemptions(options.exceptions ?? [], id, options.now),
        ],
        variables: [...scope.variables, ...own, { name: "judged", expression: judged(scope, admission.when) }],
        validations: admission.validations.map(({ expression, message }) => ({
          expression: `!variables.judged || (${expression})`,
          message: `${id}: ${message}. ${rule.remediation}`,
          reason: "Forbidden",
        })),
      },
    },
    bindings: admission.parameters
      ? [...new Set(options.tenants ?? [])].sort().map((tenant) => bindingFor(metadata, id, level, tenant))
      : [bindingFor(metadata, id, level)],
  };
}

/** Policies of all rules of a selection that have one and are asked of the isolation unit, in its order. */
export function renderPolicies(
  selection: readonly { readonly rule: Rule; readonly level: Level }[],
  options: RenderOptions,
): RenderedPolicy[] {
  return selection
    .filter(({ rule }) => appliesTo(rule, options.isolationUnit))
    .flatMap(({ rule, level }) => renderPolicy(rule, level, options) ?? []);
}

/** Those that belong on a cluster of one side. */
export function policiesOf(
  side: Exclude<AdmissionCluster, "both">,
  rendered: readonly RenderedPolicy[],
): RenderedPolicy[] {
  return rendered.filter(({ cluster }) => cluster === side || cluster === "both");
}

type MetadataFor = (name: string) => Metadata;

function metadataOf({ id, title, source }: Rule): MetadataFor {
  return (name) => ({
    name,
    labels: { "app.kubernetes.io/managed-by": "trustfoundry", [ruleLabel]: id },
    annotations: {
      "trustfoundry.dev/title": title,
      "trustfoundry.dev/page": `docs/rules/${id}.md`,
      "trustfoundry.dev/source": source.url,
    },
  });
}

function namespaces({ namespaceLabels }: Scope): MatchExpression[] {
  return [
    { key: namespaceName, operator: "NotIn", values: systemNamespaces },
    ...Object.entries(namespaceLabels).map(([key, value]) => ({ key, operator: "In" as const, values: [value] })),
  ];
}

function judged({ judgedIf }: Scope, when: string | undefined): string {
  const conditions = [...judgedIf.map((name) => `variables.${name}`), ...(when === undefined ? [] : [`(${when})`])];
  return conditions.length === 0 ? "true" : conditions.join(" && ");
}

function bindingFor(
  metadata: MetadataFor,
  rule: string,
  level: Level,
  tenant?: string,
): ValidatingAdmissionPolicyBinding {
  const name = policyName(rule);
  return {
    apiVersion,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: metadata(tenant === undefined ? name : `${name}-${tenant}`),
    spec: {
      policyName: name,
      validationActions: level === "mandatory" ? ["Deny"] : ["Warn", "Audit"],
      ...(tenant !== undefined && {
        matchResources: {
          namespaceSelector: { matchExpressions: [{ key: namespaceName, operator: "In", values: [tenant] }] },
        },
        // A tenant about whom nothing is known gets nothing.
        paramRef: { name: tenant, namespace: admissionNamespace, parameterNotFoundAction: "Deny" },
      }),
    },
  };
}
