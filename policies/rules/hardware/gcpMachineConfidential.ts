import { gcpFamilies } from "../../../components/host/offerings";
import { gcpCluster, gcpNodePool, gcpTemplate } from "../../examples/gcp";
import { asksForTee, gcpConfidentialNodes, machineTypeOf } from "../../gcp";
import { resourceRule } from "../../rule";
import { issue } from "../../sources";

export const gcpMachineConfidential = resourceRule({
  id: "gcp-machine-confidential",
  title: "A confidential Google node is of a machine type that has its TEE",
  pillar: "hardware",
  severity: "medium",
  threat:
    "A pool without a machine type gets e2, which has no TEE: creating it breaks the whole cluster, even where the pool was to be removed at once.",
  remediation: "Write machineType: a3-highgpu-1g for TDX with an H100, c3-* for TDX, n2d-* for SEV_SNP.",
  source: issue("hashicorp/terraform-provider-google", 13871),
  platforms: ["gcp"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: gcpConfidentialNodes,
  *check(node) {
    if (!asksForTee(node)) return;
    const machineType = node.config.at("machineType");
    const name = machineTypeOf(node);
    if (name === undefined) {
      if (!machineType.present) yield machineType.finding("is left out, which means e2, and that has no TEE");
      return;
    }
    const tees = gcpFamilies.tees[name.split("-")[0] ?? ""];
    if (!tees) return;
    if (tees.length === 0) yield machineType.finding("has no TEE");
    else if (node.teeType.text !== undefined && !tees.includes(node.teeType.text))
      yield machineType.finding(`has ${tees.join(", ")}, not ${node.teeType.text}`);
  },
  compliant: [gcpCluster, gcpNodePool, gcpTemplate],
  breakages: [
    {
      mistake: "a confidential pool without machine type",
      path: "/nodePools/0/nodeConfig/machineType",
      remove: true,
      expect: "nodePools[0].nodeConfig.machineType",
    },
    {
      mistake: "a confidential pool of e2",
      path: "/nodePools/0/nodeConfig/machineType",
      value: "e2-standard-8",
      expect: "nodePools[0].nodeConfig.machineType",
    },
    {
      mistake: "Intel's machine for AMD's TEE",
      path: "/nodePools/0/nodeConfig/machineType",
      value: "c3-standard-8",
      expect: "nodePools[0].nodeConfig.machineType",
    },
  ],
});
