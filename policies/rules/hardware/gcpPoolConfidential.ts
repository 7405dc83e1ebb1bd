import { gkeConfidentialNodes } from "../../cloudSources";
import { gcpCluster } from "../../examples/gcp";
import { gcpResources, gkeCluster } from "../../gcp";
import { resourceRule } from "../../rule";

export const gcpPoolConfidential = resourceRule({
  id: "gcp-pool-confidential",
  title: "A GKE cluster leaves confidentiality to its node pools",
  pillar: "hardware",
  severity: "medium",
  threat:
    "Said for a whole cluster it holds for ever and for one TEE: nodes with an H100 do not fit beside the others, and end up in a cluster without.",
  remediation: "Leave confidentialNodes out of the cluster, and write it into the nodeConfig of each pool.",
  source: gkeConfidentialNodes,
  platforms: ["gcp"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "nothing", how: "which nodes are confidential is visible in the token of each" },
  looksAt: gcpResources(gkeCluster),
  *check({ body }) {
    const enabled = body.at("confidentialNodes", "enabled");
    if (enabled.value === true) yield enabled.finding("cannot be undone, and holds for every pool to come");
  },
  compliant: [gcpCluster],
  breakages: [
    {
      mistake: "a whole cluster made confidential",
      path: "/confidentialNodes/enabled",
      value: true,
      expect: "confidentialNodes.enabled",
    },
  ],
});
