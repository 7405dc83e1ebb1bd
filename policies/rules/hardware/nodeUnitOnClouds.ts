import { azureConfidentialMachines, azureGpuPools } from "../../azure";
import { aksConfidentialGpus } from "../../cloudSources";
import { someKnown } from "../../evaluate";
import { azureAgentPool } from "../../examples/azure";
import { confidentialNamespace } from "../../examples/cluster";
import { gcpConfidentialNodes } from "../../gcp";
import { Place } from "../../place";
import type { Resource } from "../../rule";
import { clouds, stackRule } from "../../rule";

const confidentialNodes = [azureGpuPools, azureConfidentialMachines, gcpConfidentialNodes];
const inCluster = (resource: Resource) => resource.type.startsWith("kubernetes:");

export const nodeUnitOnClouds = stackRule({
  id: "node-unit-on-clouds",
  title: "A stack whose isolation unit is the node has confidential nodes of a cloud",
  pillar: "hardware",
  severity: "critical",
  threat:
    "A cluster of ordinary machines is called a TEE by one word in its settings, and whoever reads the report believes it.",
  remediation:
    "Declare the cluster's confidential node pool or machine in the same stack, or write isolationUnit: pod and let all rules be asked.",
  source: aksConfidentialGpus,
  platforms: clouds,
  isolationUnit: "node",
  claims: ["cloud-node-confidential"],
  boundary: { by: "keyBroker", how: "a machine without a TEE has no evidence, and gets no key" },
  kinds: ["whatever is in the cluster", ...confidentialNodes.flatMap(({ kinds }) => kinds)],
  // Once a stack: the first thing that is placed in its cluster stands for the others.
  *select(resource, all) {
    if (resource === all.find(inCluster)) yield resource;
  },
  *check({ props }, all) {
    const found = someKnown(all, (other) => confidentialNodes.some((nodes) => [...nodes.select(other)].length > 0));
    if (!found) yield Place.root(props).hidden().finding("is in a stack without a confidential node of a cloud");
  },
  compliant: [confidentialNamespace, azureAgentPool],
  breakages: [
    {
      mistake: "a pool of ordinary machines called confidential",
      resource: 1,
      path: "/vmSize",
      value: "Standard_D4s_v5",
      expect: "",
    },
  ],
});
