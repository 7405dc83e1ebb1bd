import { literals } from "../../admission/cel";
import { keyBrokerNetwork } from "../../examples/trustee";
import { objects } from "../../kubernetes";
import { openPlaces } from "../../network";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";
import { keyBrokerNames, labelledKeyBroker } from "../../trusteePods";

export const keyBrokerClientsKnown = resourceRule({
  id: "key-broker-clients-known",
  title: "The key broker is reachable from the ranges that its guests come from, and from nowhere else",
  pillar: "attestation",
  severity: "high",
  threat:
    "The one service that hands out keys parses evidence and requests of the whole internet, and can be flooded by it.",
  remediation: "Name the ranges that guests come from (attestation.keyBroker.clientCidrs) instead of 0.0.0.0/0.",
  source: page(
    "Kubernetes, Network Policies",
    "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  ),
  platforms,
  claims: ["key-broker-reachable-by-guests"],
  boundary: { by: "keyBroker", how: "whoever reaches it still has to attest; what is lost is a line of defence" },
  admission: {
    scope: [{ group: "networking.k8s.io", version: "v1", resource: "networkpolicies" }],
    cluster: "owner",
    when: `object.spec.?podSelector.?matchLabels.orValue({}).exists(key, object.spec.podSelector.matchLabels[key] in ${literals(keyBrokerNames)})`,
    validations: [
      {
        expression: "object.spec.?ingress.orValue([]).all(rule, size(rule.?from.orValue([])) > 0)",
        message: "spec.ingress has a rule that names nobody, which means everybody",
      },
      {
        expression:
          'object.spec.?ingress.orValue([]).all(rule, rule.?from.orValue([]).all(peer, !peer.?ipBlock.?cidr.orValue("").matches("/[0-7]$")))',
        message: "spec.ingress lets everybody in",
      },
    ],
  },
  looksAt: objects("networking.k8s.io/v1/NetworkPolicy"),
  *check(policy) {
    if (!labelledKeyBroker(policy.body.at("spec", "podSelector", "matchLabels"))) return;
    for (const { place, what } of openPlaces(policy, "ingress")) yield place.finding(what);
  },
  compliant: [keyBrokerNetwork],
  breakages: [
    {
      mistake: "the whole internet let in",
      path: "/spec/ingress/0/from/0/ipBlock/cidr",
      value: "0.0.0.0/0",
      expect: "spec.ingress[0].from[0].ipBlock.cidr",
    },
    {
      mistake: "half of the internet",
      path: "/spec/ingress/0/from/0/ipBlock/cidr",
      value: "128.0.0.0/1",
      expect: "spec.ingress[0].from[0].ipBlock.cidr",
    },
    { mistake: "no client named", path: "/spec/ingress/0/from", remove: true, expect: "spec.ingress[0].from" },
  ],
});
