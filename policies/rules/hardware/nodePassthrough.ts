import { labels } from "../../../components/host/hardware";
import { confidentialNode } from "../../examples/cluster";
import { nodeLabel, nodeLabelSet, nodes, nodeScope } from "../../hosts";
import { bareMetal, resourceRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

const path = `metadata.labels["${labels.workloadConfig}"]`;

export const nodePassthrough = resourceRule({
  id: "node-passthrough",
  title: "A node in a confidential GPU mode passes whole GPUs to virtual machines",
  pillar: "hardware",
  severity: "high",
  threat: "With containers or vGPU the host's driver sits between model and GPU and reads both.",
  remediation: `Write ${labels.workloadConfig}: vm-passthrough wherever ${labels.ccMode} is on or ppcie.`,
  source: nvidiaDocs("overview"),
  platforms: bareMetal,
  claims: ["gpu-confidential"],
  admission: {
    scope: nodeScope,
    when: nodeLabelSet(labels.ccMode, labels.workloadConfig),
    validations: [
      {
        expression: `!(${nodeLabel(labels.ccMode)} in ["on", "ppcie"]) || ${nodeLabel(labels.workloadConfig)} in ["", "vm-passthrough"]`,
        message: `${path} is not vm-passthrough on a host in a confidential mode`,
      },
    ],
  },
  boundary: { by: "measurement", how: "only a GPU inside the confidential virtual machine is part of its evidence" },
  looksAt: nodes,
  *check(node) {
    const mode = node.body.at("metadata", "labels", labels.ccMode);
    const workload = node.body.at("metadata", "labels", labels.workloadConfig);
    if (["on", "ppcie"].includes(mode.text ?? "") && workload.present && workload.text !== "vm-passthrough")
      yield workload.finding(`does not fit ${labels.ccMode}: ${mode.text}`);
  },
  compliant: [confidentialNode],
  breakages: [
    {
      mistake: "containers on a confidential host",
      path: "/metadata/labels/nvidia.com~1gpu.workload.config",
      value: "container",
      expect: path,
    },
    {
      mistake: "vGPU on a confidential host",
      path: "/metadata/labels/nvidia.com~1gpu.workload.config",
      value: "vm-vgpu",
      expect: path,
    },
  ],
});
