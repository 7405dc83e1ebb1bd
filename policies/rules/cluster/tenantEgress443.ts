import { BlockList, isIP } from "node:net";
import { acceptanceOf, celList } from "../../acceptance";
import { literals } from "../../admission/cel";
import { tenantParameters, tenantWaysOut } from "../../examples/tenant";
import type { KubernetesObject } from "../../kubernetes";
import { declaredConfidential, objects } from "../../kubernetes";
import { isInConfidentialNamespace } from "../../namespaces";
import type { Finding, Place } from "../../place";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

const networkPolicies = objects("networking.k8s.io/v1/NetworkPolicy");
/** Where a cluster's own name servers are, by the port of their pods: Kubernetes', and OpenShift's. */
const nameServers: Readonly<Record<string, string>> = { "53": "kube-system", "5353": "openshift-dns" };
const dnsPorts = Object.keys(nameServers);
const isDns = `${literals(dnsPorts)}.exists(d, d == string(p.?port.orValue("")))`;

export const tenantEgress443 = stackRule({
  id: "tenant-egress-443",
  title: "Tenants' pods reach accepted ranges on 443 and the cluster's DNS, and no other port or network",
  pillar: "cluster",
  severity: "high",
  threat:
    "From a guest that nobody can look into, a tenant or its intruder tries the provider's management network, other tenants' databases, or mail servers of the world.",
  remediation:
    "Open TCP 443 to ranges of key broker, verifier and registries (acceptance), and 53 to kube-system, or on OpenShift 5353 to openshift-dns; leave other ports and pods of other namespaces out.",
  source: page(
    "NVIDIA, Deploying proprietary models with confidential compute on self-hosted Kubernetes",
    "https://docs.nvidia.com/enterprise-reference-architectures/deploying-proprietary-models-confidential-compute-self-hosted-kubernetes/latest/",
  ),
  platforms,
  claims: ["tenant-accepted"],
  protects: ["infrastructureProvider"],
  admission: {
    scope: [{ group: "networking.k8s.io", version: "v1", resource: "networkpolicies" }],
    parameters: "tenantAcceptance",
    variables: {
      ranges: celList("egressRanges"),
      rules: "object.spec.?egress.orValue([])",
    },
    validations: [
      {
        expression:
          "variables.rules.all(e, e.?ports.orValue([]).size() > 0 && e.ports.all(p, !has(p.endPort) && " +
          `(string(p.?port.orValue("")) == "443" && p.?protocol.orValue("TCP") == "TCP" || ${isDns})))`,
        message: "opens other ports than TCP 443 and the name servers'",
      },
      ...Object.entries(nameServers).map(([port, namespace]) => ({
        expression:
          `variables.rules.all(e, !e.?ports.orValue([]).exists(p, string(p.?port.orValue("")) == "${port}") || ` +
          `(e.?to.orValue([]).size() > 0 && e.to.all(t, t.?namespaceSelector.?matchLabels[?"kubernetes.io/metadata.name"].orValue("") == "${namespace}")))`,
        message: `asks other name servers than those of ${namespace}`,
      })),
      {
        expression:
          'variables.rules.all(e, !e.?ports.orValue([]).exists(p, string(p.?port.orValue("")) == "443") || ' +
          "(e.?to.orValue([]).size() > 0 && e.to.all(t, has(t.ipBlock) && " +
          'variables.ranges.exists(r, r != "" && cidr(r).containsCIDR(t.ipBlock.cidr)))))',
        message: "reaches ranges that the provider does not accept of this tenant",
      },
    ],
  },
  boundary: {
    by: "ownControlPlane",
    how: "the provider's API server refuses the policy; the network plugin enforces what it admits",
  },
  kinds: networkPolicies.kinds,
  *select(resource, all) {
    for (const policy of networkPolicies.select(resource))
      if (declaredConfidential(policy.body.at("metadata")) || isInConfidentialNamespace(policy, all)) yield policy;
  },
  *check(policy, all) {
    for (const rule of policy.body.at("spec", "egress").items()) yield* wrongPorts(rule, policy);
    yield* foreignRanges(policy, all);
  },
  compliant: [tenantWaysOut, tenantParameters],
  breakages: [
    {
      mistake: "SSH beside HTTPS",
      path: "/spec/egress/0/ports/-",
      value: { port: 22, protocol: "TCP" },
      expect: "spec.egress[0].ports[1].port",
    },
    { mistake: "every port of a range", path: "/spec/egress/0/ports", remove: true, expect: "spec.egress[0].ports" },
    {
      mistake: "a range of ports that begins at 443",
      path: "/spec/egress/0/ports/0/endPort",
      value: 9999,
      expect: "spec.egress[0].ports[0].endPort",
    },
    {
      mistake: "443 as datagrams, past every proxy",
      path: "/spec/egress/0/ports/0/protocol",
      value: "UDP",
      expect: "spec.egress[0].ports[0].protocol",
    },
    {
      mistake: "a name server outside the cluster, through which anything can be sent",
      path: "/spec/egress/1/to/0",
      value: { ipBlock: { cidr: "203.0.113.0/28" } },
      expect: "spec.egress[1].to[0]",
    },
    {
      mistake: "OpenShift's port of name servers, anywhere",
      path: "/spec/egress/1/ports/0/port",
      value: 5353,
      expect: "spec.egress[1].to[0]",
    },
    {
      mistake: "pods of other namespaces on 443",
      path: "/spec/egress/0/to/0",
      value: { namespaceSelector: {} },
      expect: "spec.egress[0].to[0]",
    },
    {
      mistake: "the provider's management network",
      path: "/spec/egress/0/to/0/ipBlock/cidr",
      value: "10.0.0.0/16",
      expect: "spec.egress[0].to[0].ipBlock.cidr",
    },
    {
      mistake: "twice the range that was accepted",
      path: "/spec/egress/0/to/0/ipBlock/cidr",
      value: "203.0.113.0/27",
      expect: "spec.egress[0].to[0].ipBlock.cidr",
    },
  ],
});

function* wrongPorts(rule: Place, { partial }: KubernetesObject): Iterable<Finding> {
  const ports = rule.at("ports");
  if (ports.items().length === 0 && !partial) yield ports.finding("names no port, which means every port");
  for (const place of ports.items()) {
    const port = place.at("port");
    const protocol = place.at("protocol");
    const end = place.at("endPort");
    const namespace = nameServers[String(port.count)];
    if (port.count !== 443 && namespace === undefined) yield port.finding("is neither 443 nor a name server's");
    else if (end.present) yield end.finding("opens more than one port");
    else if (port.count === 443 && protocol.present && protocol.text !== "TCP") yield protocol.finding("is not TCP");
    else
      for (const peer of rule.at("to").items()) {
        if (namespace !== undefined && namespaceOf(peer) !== namespace)
          yield peer.finding(`is no name server of ${namespace}`);
        if (port.count === 443 && !peer.at("ipBlock").present) yield peer.finding("is no range of addresses");
      }
  }
}

function namespaceOf(peer: Place): string | undefined {
  return peer.at("namespaceSelector", "matchLabels", "kubernetes.io/metadata.name").text;
}

/** Ranges beyond those that the same stack accepts; where none are there, the API server compares. */
function* foreignRanges(policy: KubernetesObject, all: readonly Resource[]): Iterable<Finding> {
  const ranges = policy.body
    .at("spec", "egress")
    .items()
    .flatMap((rule) => rule.at("to").items())
    .map((peer) => peer.at("ipBlock", "cidr"))
    .filter(({ present }) => present);
  if (ranges.length === 0) return;
  const accepted = acceptanceOf(policy, all)?.list("egressRanges");
  if (!accepted) return;
  for (const range of ranges)
    // A way to a name server that is no name server of the cluster is said above.
    if (!accepted.some((one) => contains(one, range.text ?? "")))
      yield range.finding("lies in no range that the provider accepts of this tenant");
}

function contains(outer: string, inner: string): boolean {
  const [network = "", bits = ""] = outer.split("/");
  const [address = "", innerBits = ""] = inner.split("/");
  const family = isIP(network);
  if (family === 0 || isIP(address) !== family || !/^\d{1,3}$/.test(bits) || !/^\d{1,3}$/.test(innerBits)) return false;
  if (Number(innerBits) < Number(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family === 4 ? "ipv4" : "ipv6");
  return list.check(address, family === 4 ? "ipv4" : "ipv6");
}
