import { gkeConfidentialNodes } from "../../cloudSources";
import { gcpCluster, gcpNodePool } from "../../examples/gcp";
import { gcpConfidentialPools } from "../../gcp";
import { resourceRule } from "../../rule";

export const gcpConfidentialStorage = resourceRule({
  id: "gcp-confidential-storage",
  title: "Confidential storage is asked for where Google documents it",
  pillar: "hardware",
  severity: "low",
  threat:
    "Confidential storage is documented for SEV; switching it off again later replaces every node of the pool, whatever its maintenance windows.",
  remediation: "Leave enableConfidentialStorage out of TDX pools, or except the pool by name if you have tried it.",
  source: gkeConfidentialNodes,
  platforms: ["gcp"],
  claims: ["cloud-node-confidential"],
  // Google's own example sets it for a TDX pool.
  baseline: "advisory",
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: gcpConfidentialPools,
  *check({ config, teeType }) {
    const storage = config.at("enableConfidentialStorage");
    if (storage.value === true && (teeType.text ?? "SEV") !== "SEV")
      yield storage.finding(`is documented for SEV, not for ${teeType.text}`);
  },
  compliant: [gcpNodePool, gcpCluster],
  breakages: [
    {
      mistake: "confidential storage for a TDX pool",
      path: "/nodeConfig/enableConfidentialStorage",
      value: true,
      expect: "nodeConfig.enableConfidentialStorage",
    },
  ],
});
