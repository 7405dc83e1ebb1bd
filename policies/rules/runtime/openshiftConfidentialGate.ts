import { confidentialFeatureGate } from "../../examples/hosts";
import type { KubernetesObject } from "../../kubernetes";
import { missing, objects } from "../../kubernetes";
import type { Selector } from "../../rule";
import { bareMetal, resourceRule } from "../../rule";
import { file } from "../../sources";

/** How Kata gets onto hosts: by MachineConfigs, or by pods that copy it. */
const modes = ["MachineConfig", "DaemonSet", "DaemonSetFallback"];
const configMaps = objects("v1/ConfigMap");
const gates: Selector<KubernetesObject> = {
  kinds: ["ConfigMap osc-feature-gates"],
  *select(resource) {
    for (const configMap of configMaps.select(resource))
      if (configMap.body.at("metadata", "name").text === "osc-feature-gates") yield configMap;
  },
};

export const openshiftConfidentialGate = resourceRule({
  id: "openshift-confidential-gate",
  title: "OpenShift sandboxed containers are told to install confidential guests",
  pillar: "runtime",
  severity: "high",
  threat:
    "The operator takes any other spelling for no, installs ordinary guests, and confidential pods find no class to run in.",
  remediation: 'Write confidential: "true" in ConfigMap osc-feature-gates, in these letters and quotes.',
  source: file("openshift/sandboxed-containers-operator", "docs/FEATURE-GATES.md"),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "keyBroker", how: "an ordinary guest has no evidence" },
  looksAt: gates,
  *check(configMap) {
    const gate = configMap.body.at("data", "confidential");
    if (missing(configMap, gate) || (gate.present && gate.text !== "true")) yield gate.finding('is not "true"');
    const mode = configMap.body.at("data", "deploymentMode");
    if (mode.present && !modes.includes(mode.text ?? "")) yield mode.finding(`is none of ${modes.join(", ")}`);
  },
  compliant: [confidentialFeatureGate],
  breakages: [
    { mistake: "the gate in capitals", path: "/data/confidential", value: "True", expect: "data.confidential" },
    {
      mistake: "a way of installation in another spelling",
      path: "/data/deploymentMode",
      value: "machineconfig",
      expect: "data.deploymentMode",
    },
    { mistake: "the gate forgotten", path: "/data/confidential", remove: true, expect: "data.confidential" },
  ],
});
