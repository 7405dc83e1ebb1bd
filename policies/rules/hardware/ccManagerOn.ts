import { clusterPolicy } from "../../examples/cluster";
import { clusterPolicyScope, clusterPolicySetting, gpuOperatorSettings } from "../../gpuOperator";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

export const ccManagerOn = resourceRule({
  id: "cc-manager-on",
  title: "The GPU Operator's CC manager runs and turns confidential mode on where no label says otherwise",
  pillar: "hardware",
  severity: "critical",
  threat: "A new host joins with its GPUs in the clear, and nothing on the cluster turns them confidential.",
  remediation: "Write ccManager: {enabled: true, defaultMode: on}; set ppcie by node label only.",
  source: file(repositories.gpuOperator, "api/nvidia/v1/clusterpolicy_types.go", "v26.3.1"),
  platforms: bareMetal,
  claims: ["gpu-confidential"],
  admission: {
    scope: clusterPolicyScope,
    judges: ["spec.ccManager"],
    validations: [
      {
        expression: clusterPolicySetting(["ccManager", "enabled"], "false"),
        message: "spec.ccManager.enabled: the CC manager does not run",
      },
      {
        expression: `${clusterPolicySetting(["ccManager", "defaultMode"], '"on"')} == "on"`,
        message: "spec.ccManager.defaultMode: hosts without a label would not be confidential",
      },
    ],
  },
  boundary: { by: "keyBroker", how: "GPU evidence must be affirming; a GPU outside confidential mode has none" },
  looksAt: gpuOperatorSettings,
  *check({ settings, ccManagerByDefault }) {
    const enabled = settings.at("ccManager", "enabled");
    if ((enabled.value ?? ccManagerByDefault) !== true) yield enabled.finding("the CC manager does not run");
    const mode = settings.at("ccManager", "defaultMode");
    if ((mode.value ?? "on") !== "on") yield mode.finding("hosts without a label would not be confidential");
  },
  compliant: [clusterPolicy],
  breakages: [
    { mistake: "CC manager off", path: "/spec/ccManager/enabled", value: false, expect: "spec.ccManager.enabled" },
    {
      mistake: "enabled left out of a ClusterPolicy",
      path: "/spec/ccManager/enabled",
      remove: true,
      expect: "spec.ccManager.enabled",
    },
    {
      mistake: "off by default",
      path: "/spec/ccManager/defaultMode",
      value: "off",
      expect: "spec.ccManager.defaultMode",
    },
    {
      mistake: "devtools by default",
      path: "/spec/ccManager/defaultMode",
      value: "devtools",
      expect: "spec.ccManager.defaultMode",
    },
    {
      mistake: "ppcie, which the API refuses here",
      path: "/spec/ccManager/defaultMode",
      value: "ppcie",
      expect: "spec.ccManager.defaultMode",
    },
  ],
});
