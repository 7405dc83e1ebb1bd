import { confidentialFeatureGate } from "../../examples/hosts";
import type { KubernetesObject } from "../../kubernetes";
import { missing, objects } from "../../kubernetes";
import type { Selector } from "../../rule";
import { bareMetal, resourceRule } from "../../rule";
import { file } from "../../sources";

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
  },
  compliant: [confidentialFeatureGate],
  breakages: [
    { mistake: "the gate in capitals", path: "/data/confidential", value: "True", expect: "data.confidential" },
    { mistake: "the gate forgotten", path: "/data/confidential", remove: true, expect: "data.confidential" },
  ],
});
