import { belongsToConfidential } from "../../admission/cel";
import { tenantEgress } from "../../examples/cluster";
import { declaredConfidential, objects } from "../../kubernetes";
import { openPlaces } from "../../network";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

export const tenantEgressNamed = resourceRule({
  id: "tenant-egress-named",
  title: "Confidential pods may connect to named destinations, never to everywhere",
  pillar: "cluster",
  severity: "high",
  threat: "A compromised application, or a tenant that the provider cannot look into, sends anything to anybody.",
  remediation:
    "Name the ranges of key broker, registries and verifier (keyBrokerCidrs, registryCidrs) instead of 0.0.0.0/0.",
  source: page(
    "NVIDIA, Deploying proprietary models with confidential compute on self-hosted Kubernetes",
    "https://docs.nvidia.com/enterprise-reference-architectures/deploying-proprietary-models-confidential-compute-self-hosted-kubernetes/latest/",
  ),
  platforms,
  claims: ["cluster-closed"],
  admission: {
    scope: [{ group: "networking.k8s.io", version: "v1", resource: "networkpolicies" }],
    when: belongsToConfidential,
    validations: [
      {
        expression: "object.spec.?egress.orValue([]).all(r, size(r.?to.orValue([])) > 0)",
        message: "spec.egress has a rule that names nobody, which means everybody",
      },
      {
        expression:
          "object.spec.?egress.orValue([]).all(r, r.?to.orValue([]).all(p, !has(p.ipBlock) || cidr(p.ipBlock.cidr).prefixLength() >= 8))",
        message: "spec.egress has a destination that is everybody",
      },
    ],
  },
  boundary: { by: "nothing", how: "the provider's network plugin enforces it; the guest cannot tell" },
  looksAt: objects("networking.k8s.io/v1/NetworkPolicy"),
  *check(policy) {
    if (!declaredConfidential(policy.body.at("metadata"))) return;
    for (const { place, what } of openPlaces(policy, "egress")) yield place.finding(what);
  },
  compliant: [tenantEgress],
  breakages: [
    {
      mistake: "a way out to the whole internet",
      path: "/spec/egress/0/to/0/ipBlock/cidr",
      value: "0.0.0.0/0",
      expect: "spec.egress[0].to[0].ipBlock.cidr",
    },
    {
      mistake: "all of IPv6",
      path: "/spec/egress/0/to/0/ipBlock/cidr",
      value: "::/0",
      expect: "spec.egress[0].to[0].ipBlock.cidr",
    },
    { mistake: "no destination named", path: "/spec/egress/0/to", remove: true, expect: "spec.egress[0].to" },
  ],
});
