import { azureResources } from "../../azure";
import { azureAgentPool, azureCluster } from "../../examples/azure";
import { resourceRule } from "../../rule";
import { issue } from "../../sources";

const pools = azureResources("containerservice:AgentPool", "containerservice:ManagedCluster");

export const azureKataCcRetired = resourceRule({
  id: "azure-kata-cc-retired",
  title: "No pool of AKS counts on confidential Kata containers, which Azure has withdrawn",
  pillar: "runtime",
  severity: "high",
  threat:
    "Pods that were to be isolated one by one find no runtime class, and are started without one: on a node that its administrator reads.",
  remediation:
    "Leave workloadRuntime out and take a confidential size: the node is the TEE then, and its kubelet is in it.",
  source: issue("Azure/AKS", 3781),
  platforms: ["azure"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "keyBroker", how: "a pod outside a TEE has no evidence and gets no key" },
  looksAt: {
    kinds: pools.kinds,
    *select(resource) {
      for (const { body } of pools.select(resource)) {
        yield body.at("workloadRuntime");
        for (const pool of body.at("agentPoolProfiles").items()) yield pool.at("workloadRuntime");
      }
    },
  },
  *check(runtime) {
    if (runtime.text?.toLowerCase() === "kataccisolation")
      yield runtime.finding("ended as a preview in March 2026, and never had GPUs");
  },
  compliant: [azureAgentPool, azureCluster],
  breakages: [
    {
      mistake: "confidential Kata containers in a pool of AKS",
      path: "/workloadRuntime",
      value: "KataCcIsolation",
      expect: "workloadRuntime",
    },
    {
      mistake: "confidential Kata containers in a cluster's own pool",
      resource: 1,
      path: "/agentPoolProfiles/0/workloadRuntime",
      value: "KataCcIsolation",
      expect: "agentPoolProfiles[0].workloadRuntime",
    },
  ],
});
