import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods } from "../../kubernetes";
import { literals } from "../../admission/cel";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

const clusterPolicies = ["ClusterFirst", "ClusterFirstWithHostNet"];
/** Options such as ndots lead nowhere else. */
const redirecting = ["nameservers", "searches"];

export const namesFromCluster = resourceRule({
  id: "names-from-cluster",
  title: "Confidential pods ask the cluster's DNS for names, and bring no addresses of their own",
  pillar: "cluster",
  severity: "medium",
  threat:
    "A line in the pod sends the name of a vector store or an upstream to a stranger's address, and a client that checks no certificate hands over prompts.",
  remediation: "Leave hostAliases, dnsPolicy and the name servers and search domains of dnsConfig out.",
  source: page(
    "Kubernetes, DNS for Services and Pods",
    "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/",
  ),
  platforms,
  claims: ["cluster-closed"],
  baseline: "advisory",
  boundary: {
    by: "nothing",
    how: "the provider's network answers for names as it wants; guests know the key broker by its certificate, and have to know others so",
  },
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: "variables.spec.?hostAliases.orValue([]).size() == 0",
        message: "spec.hostAliases gives names other addresses",
      },
      {
        expression: `variables.spec.?dnsPolicy.orValue("ClusterFirst") in ${literals(clusterPolicies)}`,
        message: "spec.dnsPolicy passes the cluster's DNS by",
      },
      {
        expression: redirecting.map((key) => `variables.spec.?dnsConfig.?${key}.orValue([]).size() == 0`).join(" && "),
        message: "spec.dnsConfig has name servers or search domains of its own",
      },
    ],
  },
  looksAt: confidentialPods,
  *check({ spec }) {
    const aliases = spec.at("hostAliases");
    if (aliases.items().length > 0) yield aliases.finding("gives names other addresses");
    const policy = spec.at("dnsPolicy");
    if (policy.present && !clusterPolicies.includes(policy.text ?? ""))
      yield policy.finding("passes the cluster's DNS by");
    for (const key of redirecting) {
      const own = spec.at("dnsConfig", key);
      if (own.items().length > 0) yield own.finding("is not the cluster's");
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "another address for a name",
      path: `${podPointer}/hostAliases`,
      value: [{ ip: "192.0.2.9", hostnames: ["vectors.acme.example"] }],
      expect: `${podPath}.hostAliases`,
    },
    {
      mistake: "the node's resolver",
      path: `${podPointer}/dnsPolicy`,
      value: "Default",
      expect: `${podPath}.dnsPolicy`,
    },
    {
      mistake: "a name server beside the cluster's",
      path: `${podPointer}/dnsConfig`,
      value: { nameservers: ["192.0.2.53"] },
      expect: `${podPath}.dnsConfig.nameservers`,
    },
    {
      mistake: "a search domain of somebody else's",
      path: `${podPointer}/dnsConfig`,
      value: { searches: ["lookalike.example"] },
      expect: `${podPath}.dnsConfig.searches`,
    },
  ],
});
