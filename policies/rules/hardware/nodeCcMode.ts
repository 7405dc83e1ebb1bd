import { ccModes, labels } from "../../../components/host/hardware";
import { confidentialNode } from "../../examples/cluster";
import { literals } from "../../admission/cel";
import { nodeLabel, nodeLabelSet, nodes, nodeScope } from "../../hosts";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

const pointer = "/metadata/labels/nvidia.com~1cc.mode";
const path = `metadata.labels["${labels.ccMode}"]`;

export const nodeCcMode = resourceRule({
  id: "node-cc-mode",
  title: "A node asks for a confidential GPU mode that can attest",
  pillar: "hardware",
  severity: "critical",
  threat:
    "In devtools mode GPUs encrypt nothing and can be debugged by the host, while pods look as if they were protected.",
  remediation: `Write ${labels.ccMode}: on, ppcie for eight Hopper GPUs with their NVSwitches, or off.`,
  source: file(repositories.ccManager, "main.py"),
  platforms: bareMetal,
  claims: ["gpu-confidential"],
  admission: {
    scope: nodeScope,
    when: nodeLabelSet(labels.ccMode),
    validations: [
      {
        expression: `${nodeLabel(labels.ccMode)} in ${literals(["", ...ccModes])}`,
        message: `${path} is none of ${ccModes.join(", ")}`,
      },
    ],
  },
  boundary: { by: "keyBroker", how: "GPU evidence must say that debugging is disabled" },
  looksAt: nodes,
  *check(node) {
    const mode = node.body.at("metadata", "labels", labels.ccMode);
    if (mode.present && !ccModes.some((known) => known === mode.text))
      yield mode.finding(mode.text === "devtools" ? "opens the GPU to debuggers" : `is none of ${ccModes.join(", ")}`);
  },
  compliant: [confidentialNode],
  breakages: [
    { mistake: "devtools mode", path: pointer, value: "devtools", expect: path },
    { mistake: "a boolean's word", path: pointer, value: "true", expect: path },
  ],
});
