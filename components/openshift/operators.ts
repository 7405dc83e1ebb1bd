import type { Fact } from "../host/fact";

/** Which namespaces an operator looks after, which it has to support (`installModes` of its CSV). */
export type OperatorScope = "ownNamespace" | "allNamespaces";

/** An operator as OpenShift's catalogues have it, and the version of it that was read somewhere. */
export interface OperatorFact {
  /** Name of the package, and of the Subscription. */
  readonly package: string;
  readonly namespace: string;
  readonly scope: OperatorScope;
  readonly channel: string;
  /** CatalogSource in `openshift-marketplace` that has it. */
  readonly catalog: "redhat-operators" | "certified-operators";
  /** ClusterServiceVersion that is installed; undefined where none was found: then it has to be configured. */
  readonly csv?: string;
  readonly fact: Fact;
}

/** An operator with its version and its catalogue decided: what a Subscription says. */
export interface ChosenOperator extends Pick<OperatorFact, "package" | "namespace" | "scope" | "channel"> {
  readonly catalog: string;
  readonly csv: string;
}

const quickstart = "Red Hat AI quickstart for confidential GPUs (OSC 1.13, validated on TDX only)";
const read = (source: string, grade: Fact["grade"]): Fact => ({ asOf: "2026-11-26", source, grade });

/**
 * The operators of a provider's cluster, and of the owner's (`trustee`, `certManager`). Names, namespaces and channels as
 * a quickstart and coco-pattern's values-baremetal-gpu.yaml (033cd87c) have them; catalogues that those leave to a default
 * are Red Hat's, as its installation guides write.
 */
export const operatorFacts = {
  nodeFeatures: {
    package: "nfd",
    namespace: "openshift-nfd",
    scope: "ownNamespace",
    channel: "stable",
    catalog: "redhat-operators",
    fact: read("docs.redhat.com, OpenShift 4.20, Node Feature Discovery Operator; no version is named there", "docs"),
  },
  sandboxedContainers: {
    package: "sandboxed-containers-operator",
    namespace: "openshift-sandboxed-containers-operator",
    scope: "ownNamespace",
    channel: "stable",
    catalog: "redhat-operators",
    csv: "sandboxed-containers-operator.v1.13.0",
    fact: read(quickstart, "repository"),
  },
  gpu: {
    package: "gpu-operator-certified",
    namespace: "nvidia-gpu-operator",
    scope: "ownNamespace",
    channel: "v26.3",
    catalog: "certified-operators",
    csv: "gpu-operator-certified.v26.3.0",
    fact: read(quickstart, "repository"),
  },
  trustee: {
    package: "trustee-operator",
    namespace: "trustee-operator-system",
    scope: "ownNamespace",
    channel: "stable",
    catalog: "redhat-operators",
    csv: "trustee-operator.v1.2.0",
    fact: read(quickstart, "repository"),
  },
  certManager: {
    package: "openshift-cert-manager-operator",
    namespace: "cert-manager-operator",
    scope: "ownNamespace",
    channel: "stable-v1",
    catalog: "redhat-operators",
    fact: read(
      "validatedpatterns/coco-pattern, values-baremetal-gpu.yaml (033cd87c); no version is named",
      "repository",
    ),
  },
} as const satisfies Record<string, OperatorFact>;

export type OperatorName = keyof typeof operatorFacts;

/** What a stack may decide differently from the facts. */
export interface OperatorChoice {
  readonly csv?: string | undefined;
  readonly channel?: string | undefined;
  readonly catalog?: string | undefined;
}

/** The operator with a stack's choices over the facts, or which setting is missing. */
export function chooseOperator(
  fact: OperatorFact,
  choice: OperatorChoice = {},
): { readonly operator: ChosenOperator } | { readonly problem: string } {
  const csv = choice.csv ?? fact.csv;
  if (csv === undefined)
    return {
      problem: `csv is missing, and no version of ${fact.package} was found published; write the one your catalogue has, e.g. as \`oc get packagemanifest ${fact.package}\` shows it`,
    };
  return {
    operator: {
      package: fact.package,
      namespace: fact.namespace,
      scope: fact.scope,
      channel: choice.channel ?? fact.channel,
      catalog: choice.catalog ?? fact.catalog,
      csv,
    },
  };
}

/** `<package>.v<version>`: what OLM calls one version of an operator. */
const csvPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?\.v?\d+\.\d+\.\d+[-+.a-z0-9]*$/;

/** What is wrong with a choice of operators for one namespace, as sentences; empty when they go together. */
export function operatorProblems(operators: readonly ChosenOperator[]): string[] {
  const [first] = operators;
  if (!first) return ["operators are none; name at least one"];
  return operators.flatMap(({ package: name, namespace, scope, csv }) => [
    ...(csvPattern.test(csv) ? [] : [`${name}: csv "${csv}" names no version; write one such as ${name}.v1.2.3`]),
    ...(namespace === first.namespace && scope === first.scope
      ? []
      : [`${name}: is for ${namespace} (${scope}), and ${first.package} for ${first.namespace} (${first.scope})`]),
  ]);
}
