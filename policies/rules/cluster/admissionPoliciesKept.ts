import { ownPolicy, ownPolicyBinding } from "../../examples/admission";
import { someKnown } from "../../evaluate";
import type { KubernetesObject } from "../../kubernetes";
import { admissionPolicies, policyBindings } from "../../ownPolicies";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

export const admissionPoliciesKept = stackRule({
  id: "admission-policies-kept",
  title: "Each admission policy is in force, for all namespaces but the cluster's own",
  pillar: "cluster",
  severity: "high",
  threat:
    "A policy that nothing binds looks as if it protected the cluster, and one with an exception by label is left by whoever may label.",
  remediation:
    "Place policy and binding together, as `trustfoundry policies` renders them; grant exceptions in the stack's configuration, where they end.",
  source: page(
    "Kubernetes, Validating Admission Policy",
    "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
  ),
  platforms,
  claims: ["cluster-closed"],
  boundary: {
    by: "nothing",
    how: "admission is the provider's own; what a guest needs for its key is pinned by evidence",
  },
  kinds: admissionPolicies.kinds,
  select: (resource) => admissionPolicies.select(resource),
  *check(policy, all) {
    const name = policy.body.at("metadata", "name");
    if (!policy.partial && !someKnown(bindingsOf(all), (binding) => isBoundBy(binding, name.text)))
      yield name.finding("has no binding in this stack, and does nothing");
    yield* exceptions(policy, "matchConstraints");
    for (const binding of bindingsOf(all))
      if (isBoundBy(binding, name.text) && [...exceptions(binding, "matchResources")].length > 0)
        yield name.finding(`is bound with an exception by label or resource, in ${binding.name}`);
  },
  compliant: [ownPolicy, ownPolicyBinding],
  breakages: [
    {
      mistake: "a policy that nothing binds",
      resource: 1,
      path: "/spec/policyName",
      value: "trustfoundry-another",
      expect: "metadata.name",
    },
    {
      mistake: "a namespace that excuses itself by label",
      resource: 1,
      path: "/spec/matchResources",
      value: { namespaceSelector: { matchExpressions: [{ key: "policy-exempt", operator: "DoesNotExist" }] } },
      expect: "metadata.name",
    },
    {
      mistake: "pods left out of a policy for pods",
      path: "/spec/matchConstraints/excludeResourceRules",
      value: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["*"], resources: ["pods"] }],
      expect: "spec.matchConstraints.excludeResourceRules",
    },
  ],
});

function* bindingsOf(all: readonly Resource[]): Iterable<KubernetesObject> {
  for (const resource of all) yield* policyBindings.select(resource);
}

const isBoundBy = ({ body }: KubernetesObject, name: string | undefined) =>
  name !== undefined && body.at("spec", "policyName").text === name;

/** Names of namespaces are the API server's to give; any other label is whoever's who may label. */
function* exceptions({ body }: KubernetesObject, holder: string) {
  const match = body.at("spec", holder);
  const excluded = match.at("excludeResourceRules");
  if (excluded.items().length > 0) yield excluded.finding("takes objects out of the policy");
  for (const selector of ["namespaceSelector", "objectSelector"])
    for (const term of match.at(selector, "matchExpressions").items())
      if (
        /^(NotIn|DoesNotExist)$/.test(term.at("operator").text ?? "") &&
        term.at("key").text !== "kubernetes.io/metadata.name"
      )
        yield term.finding("excuses whoever sets a label");
}
