import { confidentialFeatureGate, orderedKataConfig } from "../../examples/hosts";
import { objects } from "../../kubernetes";
import { bareMetal, stackRule } from "../../rule";
import { file } from "../../sources";

const kataConfigs = objects("kataconfiguration.openshift.io/v1/KataConfig");
const configMaps = objects("v1/ConfigMap");

export const openshiftGatesFirst = stackRule({
  id: "openshift-gates-first",
  title: "OpenShift's hosts get Kata once the gate for confidential guests is open, and no pods of a cloud",
  pillar: "runtime",
  severity: "high",
  threat:
    "The operator installs on every host while the gate is not there yet, and half an hour of restarts later the classes of confidential guests are missing.",
  remediation:
    "Place ConfigMap osc-feature-gates in the same program, let KataConfig depend on it, and leave enablePeerPods false on hosts of your own.",
  source: file("openshift/sandboxed-containers-operator", "controllers/confidential_handler.go"),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "keyBroker", how: "an ordinary guest has no evidence" },
  kinds: kataConfigs.kinds,
  select: (resource) => [...kataConfigs.select(resource)].map((kataConfig) => ({ kataConfig, resource })),
  *check({ kataConfig, resource }, all) {
    const peerPods = kataConfig.body.at("spec", "enablePeerPods");
    if (peerPods.value === true)
      yield peerPods.finding("makes pods machines of a cloud, beside hosts that have a TEE of their own");
    if (kataConfig.partial) return;
    const gates = all.filter((each) =>
      [...configMaps.select(each)].some(({ body }) => body.at("metadata", "name").text === "osc-feature-gates"),
    );
    // None in this stack: another one, or somebody, may have opened it.
    if (gates.length > 0 && !gates.some(({ urn }) => urn !== undefined && resource.dependsOn?.includes(urn)))
      yield kataConfig.body.finding(
        "does not depend on osc-feature-gates: it may be installed before the gate is open",
      );
  },
  compliant: [orderedKataConfig, confidentialFeatureGate],
  breakages: [
    { mistake: "Kata at the same time as its gate", path: "dependsOn", value: [], expect: "" },
    {
      mistake: "peer pods on hosts of one's own",
      path: "/spec/enablePeerPods",
      value: true,
      expect: "spec.enablePeerPods",
    },
  ],
});
