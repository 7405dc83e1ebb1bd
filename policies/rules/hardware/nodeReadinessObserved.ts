import { labels } from "../../../components/host/hardware";
import { confidentialNode } from "../../examples/cluster";
import { objects } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

/** Labels by which controllers report what they found or did. */
const observed: readonly string[] = [
  labels.ccModeState,
  labels.ccReadyState,
  labels.kataRuntime,
  labels.tee.snp,
  labels.tee.tdx,
];
const operands = "nvidia.com/gpu.deploy.";

export const nodeReadinessObserved = resourceRule({
  id: "node-readiness-observed",
  title: "Labels that say a node is ready come from the controllers that looked",
  pillar: "hardware",
  severity: "high",
  threat:
    "A label written by hand calls a host confidential that is not, and the scheduler sends confidential pods there.",
  remediation: `Leave the label out; ask for a mode with ${labels.ccMode} and let cc-manager, NFD and kata-deploy report.`,
  source: nvidiaDocs("configure-cc-mode"),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "keyBroker", how: "labels are no evidence; on such a host attestation fails and no key is released" },
  looksAt: objects("v1/Node"),
  *check(node) {
    const all = node.body.at("metadata", "labels");
    for (const key of all.keys())
      if (observed.includes(key) || key.startsWith(operands)) yield all.at(key).finding("is for a controller to write");
  },
  compliant: [confidentialNode],
  breakages: [
    {
      mistake: "a host declared ready",
      path: "/metadata/labels/nvidia.com~1cc.ready.state",
      value: "true",
      expect: `metadata.labels["${labels.ccReadyState}"]`,
    },
    {
      mistake: "a host declared to have SEV-SNP",
      path: "/metadata/labels/amd.feature.node.kubernetes.io~1snp",
      value: "true",
      expect: `metadata.labels["${labels.tee.snp}"]`,
    },
    {
      mistake: "cc-manager kept off the node",
      path: "/metadata/labels/nvidia.com~1gpu.deploy.cc-manager",
      value: "false",
      expect: `metadata.labels["${operands}cc-manager"]`,
    },
  ],
});
