import { clusterPolicy, gpuOperator } from "../../examples/cluster";
import { clusterPolicyScope, clusterPolicySetting, gpuOperatorSettings } from "../../gpuOperator";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

/** What binds GPUs for passthrough, and what offers them to pods. */
const operands = ["vfioManager", "kataSandboxDevicePlugin"];

export const gpuOperandsRun = resourceRule({
  id: "gpu-operands-run",
  title: "The GPU Operator binds a confidential host's GPUs and offers them to Kata, by one interface",
  pillar: "hardware",
  severity: "medium",
  threat:
    "No GPU is bound to vfio-pci, none is offered to pods, or two controllers offer the same one: confidential pods wait, or fail one after another.",
  remediation: `Write ${operands.map((name) => `${name}: {enabled: true}`).join(" and ")} in a ClusterPolicy, and leave gpuCluster.deployCR false.`,
  source: issue(repositories.kata, 12723),
  platforms: bareMetal,
  claims: ["host-prepared"],
  admission: {
    scope: clusterPolicyScope,
    judges: operands.map((operand) => `spec.${operand}`),
    validations: operands.map((operand) => ({
      expression: clusterPolicySetting([operand, "enabled"], "false"),
      message: `spec.${operand}.enabled: ${operand} does not run`,
    })),
  },
  boundary: {
    by: "nothing",
    how: "pods without a GPU do not start; availability is outside the architecture's promise",
  },
  looksAt: gpuOperatorSettings,
  *check({ settings, ccManagerByDefault: byDefault }) {
    for (const operand of operands) {
      const enabled = settings.at(operand, "enabled");
      if ((enabled.value ?? byDefault) !== true) yield enabled.finding(`keeps ${operand} from running`);
    }
    const second = settings.at("gpuCluster", "deployCR");
    if ((second.value ?? false) !== false) yield second.finding("offers GPUs by DRA beside ClusterPolicy");
  },
  compliant: [clusterPolicy, gpuOperator],
  breakages: [
    {
      mistake: "the VFIO manager left out of a ClusterPolicy",
      path: "/spec/vfioManager",
      remove: true,
      expect: "spec.vfioManager.enabled",
    },
    {
      mistake: "the device plugin for Kata switched off",
      resource: 1,
      path: "/values/kataSandboxDevicePlugin",
      value: { enabled: false },
      expect: "values.kataSandboxDevicePlugin.enabled",
    },
    {
      mistake: "dynamic resource allocation beside ClusterPolicy",
      resource: 1,
      path: "/values/gpuCluster",
      value: { deployCR: true },
      expect: "values.gpuCluster.deployCR",
    },
  ],
});
