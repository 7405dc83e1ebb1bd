import { gpuSizes, isPlainGpuSize } from "../../../components/host/offerings";
import { gkeConfidentialGpus } from "../../cloudSources";
import { gcpMachine, gcpNodePool } from "../../examples/gcp";
import { asksForTee, gcpConfidentialNodes, machineTypeOf } from "../../gcp";
import { resourceRule } from "../../rule";

const known = gpuSizes.filter(({ cloud }) => cloud === "gcp").map(({ size }) => size);

export const gcpOneGpu = resourceRule({
  id: "gcp-one-gpu",
  title: "A confidential Google node has one GPU, of a machine type that has it confidential",
  pillar: "hardware",
  severity: "high",
  threat:
    "Google has no confidential machine with several GPUs: what has more of them, or others, has them outside the boundary or does not come up.",
  remediation: `Write machineType ${known.join(" or ")} with one accelerator, and spread the model over nodes or over a bare-metal factory.`,
  source: gkeConfidentialGpus,
  platforms: ["gcp"],
  claims: ["gpu-confidential", "cloud-node-confidential"],
  boundary: { by: "keyBroker", how: "a release's policy counts the GPUs in the evidence" },
  looksAt: gcpConfidentialNodes,
  *check(node) {
    if (!asksForTee(node)) return;
    const machineType = machineTypeOf(node);
    if (isPlainGpuSize("gcp", machineType))
      yield node.config.at("machineType").finding("has no GPU that Google has in confidential mode");
    for (const accelerator of node.config.at("guestAccelerators").items()) {
      const count = accelerator.at("count");
      if (count.count !== 1) yield count.finding("has to be 1 in a confidential node");
    }
  },
  compliant: [gcpMachine, gcpNodePool],
  breakages: [
    {
      mistake: "two GPUs in a confidential machine of Google's",
      path: "/guestAccelerators/0/count",
      value: 2,
      expect: "guestAccelerators[0].count",
    },
    {
      mistake: "a machine type with eight H100s",
      path: "/machineType",
      value: "a3-highgpu-8g",
      expect: "machineType",
    },
    {
      mistake: "a confidential pool of Blackwell that Google does not document",
      resource: 1,
      path: "/nodeConfig/machineType",
      value: "a4-highgpu-8g",
      expect: "nodeConfig.machineType",
    },
  ],
});
