import { gpuSizeOf } from "../../../components/host/offerings";
import { gcpCluster, gcpNodePool, gcpTemplate } from "../../examples/gcp";
import { asksForTee, gcpConfidentialNodes, machineTypeOf } from "../../gcp";
import { resourceRule } from "../../rule";
import { issue } from "../../sources";

const types = ["SEV", "SEV_SNP", "TDX"];

export const gcpConfidentialTypeNamed = resourceRule({
  id: "gcp-confidential-type-named",
  title: "A confidential Google machine or pool names its TEE, and the one that its machine type has",
  pillar: "hardware",
  severity: "high",
  threat:
    "Left out, the type is SEV: machines with an H100 are refused with it, and others run without any proof that their memory was not changed.",
  remediation: "Write confidentialInstanceType: TDX for a3-highgpu-1g, and SEV_SNP or TDX for nodes without GPUs.",
  source: issue("terraform-google-modules/terraform-google-kubernetes-engine", 2418),
  platforms: ["gcp"],
  claims: ["cloud-node-confidential", "cpu-genuine"],
  boundary: { by: "keyBroker", how: "a policy that demands TDX of the token gives nothing to SEV" },
  looksAt: gcpConfidentialNodes,
  *check(node) {
    if (node.teeEnabled.value === false || !asksForTee(node)) return;
    const { teeType } = node;
    if (!teeType.present) yield teeType.finding("is left out, which means SEV");
    else if (!types.includes(teeType.text ?? "")) yield teeType.finding(`is none of ${types.join(", ")}`);
    else {
      const size = gpuSizeOf("gcp", machineTypeOf(node));
      // What a preview has may change.
      if (size?.stage === "offered" && teeType.text?.toLowerCase() !== size.tee)
        yield teeType.finding(`is not what ${size.size} has: ${size.tee.toUpperCase()}`);
    }
  },
  compliant: [gcpNodePool, gcpTemplate, gcpCluster],
  breakages: [
    {
      mistake: "a pool's TEE left to the default",
      path: "/nodeConfig/confidentialNodes/confidentialInstanceType",
      remove: true,
      expect: "nodeConfig.confidentialNodes.confidentialInstanceType",
    },
    {
      mistake: "AMD's TEE for Intel's machine",
      resource: 1,
      path: "/confidentialInstanceConfig/confidentialInstanceType",
      value: "SEV_SNP",
      expect: "confidentialInstanceConfig.confidentialInstanceType",
    },
    {
      mistake: "a TEE with a slip of the pen, which any string type takes",
      resource: 2,
      path: "/nodePools/0/nodeConfig/confidentialNodes/confidentialInstanceType",
      value: "SEV-SNP",
      expect: "nodePools[0].nodeConfig.confidentialNodes.confidentialInstanceType",
    },
  ],
});
