import { gkeConfidentialGpus } from "../../cloudSources";
import { gcpMachine, gcpNodePool, gcpTemplate } from "../../examples/gcp";
import { asksForTee, gcpGpuNodes } from "../../gcp";
import { resourceRule } from "../../rule";

export const gcpGpuConfidential = resourceRule({
  id: "gcp-gpu-confidential",
  title: "A Google machine or pool with a GPU that can be confidential asks for it",
  pillar: "hardware",
  severity: "critical",
  threat:
    "The same machine type exists without a TEE: weights lie in memory that Google's host reads, on a GPU in the clear.",
  remediation:
    "Write confidentialInstanceConfig: {confidentialInstanceType: TDX} for machines, confidentialNodes: {enabled: true, confidentialInstanceType: TDX} for pools.",
  source: gkeConfidentialGpus,
  platforms: ["gcp"],
  claims: ["cloud-node-confidential", "gpu-confidential"],
  boundary: { by: "keyBroker", how: "a plain machine has no evidence, and its token does not say GCP_INTEL_TDX" },
  looksAt: gcpGpuNodes,
  *check(node) {
    const off = node.teeEnabled.value === false;
    if (off) yield node.teeEnabled.finding("switches the TEE off, whatever type stands beside it");
    else if (node.form === "pool" ? node.teeEnabled.value !== true : !asksForTee(node))
      yield node.tee.finding("asks for no TEE");
  },
  compliant: [gcpMachine, gcpTemplate, gcpNodePool],
  breakages: [
    {
      mistake: "a machine without its TEE",
      path: "/confidentialInstanceConfig",
      remove: true,
      expect: "confidentialInstanceConfig",
    },
    {
      mistake: "a machine that names its TEE and switches it off",
      path: "/confidentialInstanceConfig/enableConfidentialCompute",
      value: false,
      expect: "confidentialInstanceConfig.enableConfidentialCompute",
    },
    {
      mistake: "a template without a TEE",
      resource: 1,
      path: "/confidentialInstanceConfig",
      remove: true,
      expect: "confidentialInstanceConfig",
    },
    {
      mistake: "a pool without its TEE",
      resource: 2,
      path: "/nodeConfig/confidentialNodes",
      remove: true,
      expect: "nodeConfig.confidentialNodes",
    },
  ],
});
