import { confidentialNamespace, defaultDeny } from "../../examples/cluster";
import { someKnown } from "../../evaluate";
import type { KubernetesObject } from "../../kubernetes";
import { declaredConfidential, objects } from "../../kubernetes";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

const namespaces = objects("v1/Namespace");
const networkPolicies = objects("networking.k8s.io/v1/NetworkPolicy");

export const defaultDenyNetwork = stackRule({
  id: "default-deny-network",
  title: "Each namespace of confidential pods denies all traffic that no policy allows",
  pillar: "cluster",
  severity: "high",
  threat: "Any pod of the cluster talks to the model, and a broken application carries prompts and weights out.",
  remediation:
    "Add a NetworkPolicy with podSelector: {} and policyTypes: [Ingress, Egress] to the namespace, and allow single flows by others.",
  source: page(
    "NVIDIA, Deploying proprietary models with confidential compute on self-hosted Kubernetes",
    "https://docs.nvidia.com/enterprise-reference-architectures/deploying-proprietary-models-confidential-compute-self-hosted-kubernetes/latest/",
  ),
  platforms,
  claims: ["cluster-closed"],
  boundary: { by: "nothing", how: "the provider's network plugin enforces it; guests encrypt what must not be read" },
  kinds: namespaces.kinds,
  *select(resource) {
    for (const namespace of namespaces.select(resource))
      if (!namespace.partial && declaredConfidential(namespace.body.at("metadata"))) yield namespace;
  },
  *check({ body }, all) {
    const name = body.at("metadata", "name");
    const denied = someKnown(policiesOf(all), (policy) => deniesAll(policy) && isIn(policy, name.text));
    if (!denied) yield name.finding("has no NetworkPolicy in this stack that denies all");
  },
  compliant: [confidentialNamespace, defaultDeny],
  breakages: [
    {
      mistake: "another namespace denied",
      resource: 1,
      path: "/metadata/namespace",
      value: "other",
      expect: "metadata.name",
    },
    {
      mistake: "the way out left open",
      resource: 1,
      path: "/spec/policyTypes",
      value: ["Ingress"],
      expect: "metadata.name",
    },
    {
      mistake: "some pods left out",
      resource: 1,
      path: "/spec/podSelector",
      value: { matchLabels: { app: "llama" } },
      expect: "metadata.name",
    },
    { mistake: "everybody let in", resource: 1, path: "/spec/ingress", value: [{}], expect: "metadata.name" },
  ],
});

function* policiesOf(all: readonly Resource[]): Iterable<KubernetesObject> {
  for (const resource of all) yield* networkPolicies.select(resource);
}

function deniesAll({ body }: KubernetesObject): boolean {
  const spec = body.at("spec");
  const types = spec.at("policyTypes").items();
  const selectsAll = ["matchLabels", "matchExpressions"].every((key) => {
    const terms = spec.at("podSelector", key);
    return terms.keys().length + terms.items().length === 0;
  });
  return (
    selectsAll &&
    ["Ingress", "Egress"].every((type) => types.some((place) => place.text === type)) &&
    ["ingress", "egress"].every((rules) => spec.at(rules).items().length === 0)
  );
}

function isIn({ body }: KubernetesObject, namespace: string | undefined): boolean {
  return namespace !== undefined && body.at("metadata", "namespace").text === namespace;
}
