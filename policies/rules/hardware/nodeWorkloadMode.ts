import { labels } from "../../../components/host/hardware";
import { confidentialNode, hostWithoutMode } from "../../examples/cluster";
import { literals } from "../../admission/cel";
import { nodeLabel, nodeLabelSet, nodes, nodeScope } from "../../hosts";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

const modes = ["container", "vm-passthrough", "vm-vgpu"];
const pointer = "/metadata/labels/nvidia.com~1gpu.workload.config";
const path = `metadata.labels["${labels.workloadConfig}"]`;

export const nodeWorkloadMode = resourceRule({
  id: "node-workload-mode",
  title: "A node's GPU workload mode is one that the GPU Operator knows",
  pillar: "hardware",
  severity: "high",
  threat:
    "The GPU Operator falls back to containers for a value it does not know, so the host runs a driver of its own.",
  remediation: `Write ${labels.workloadConfig}: vm-passthrough for confidential hosts, container or vm-vgpu for others.`,
  source: issue(repositories.gpuOperator, 1871),
  platforms: bareMetal,
  claims: ["host-prepared"],
  admission: {
    scope: nodeScope,
    when: nodeLabelSet(labels.workloadConfig),
    validations: [
      {
        expression: `${nodeLabel(labels.workloadConfig)} in ${literals(["", ...modes])}`,
        message: `${path} is none of ${modes.join(", ")}`,
      },
    ],
  },
  boundary: { by: "measurement", how: "pods on such a host get no GPU to attest with, and wait" },
  looksAt: nodes,
  *check(node) {
    const mode = node.body.at("metadata", "labels", labels.workloadConfig);
    if (mode.present && !modes.includes(mode.text ?? "")) yield mode.finding(`is none of ${modes.join(", ")}`);
  },
  compliant: [confidentialNode, hostWithoutMode],
  breakages: [
    { mistake: "kata as in old guides", path: pointer, value: "kata", expect: path },
    { mistake: "a host's mode in capitals", resource: 1, path: pointer, value: "VM-Passthrough", expect: path },
    { mistake: "a misspelt mode", path: pointer, value: "vm_passthrough", expect: path },
  ],
});
