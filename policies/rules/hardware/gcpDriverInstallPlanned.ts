import { gkeConfidentialGpus } from "../../cloudSources";
import { gcpNodePool } from "../../examples/gcp";
import { gcpConfidentialPools } from "../../gcp";
import { resourceRule } from "../../rule";

export const gcpDriverInstallPlanned = resourceRule({
  id: "gcp-driver-install-planned",
  title: "The GPU driver of a confidential GKE pool is installed when its owner says so",
  pillar: "hardware",
  severity: "low",
  threat:
    "With automatic installation an upgrade of the control plane recreates confidential GPU nodes at once, ignoring maintenance windows.",
  remediation:
    "Write gpuDriverInstallationConfig: {gpuDriverVersion: INSTALLATION_DISABLED} and install Google's confidential driver DaemonSet.",
  source: gkeConfidentialGpus,
  platforms: ["gcp"],
  claims: ["cloud-node-confidential"],
  // Reported, not found in Google's documentation.
  baseline: "advisory",
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: gcpConfidentialPools,
  *check({ config }) {
    for (const accelerator of config.at("guestAccelerators").items()) {
      const version = accelerator.at("gpuDriverInstallationConfig", "gpuDriverVersion");
      if (["DEFAULT", "LATEST"].includes(version.text ?? "")) yield version.finding("lets Google install it");
    }
  },
  compliant: [gcpNodePool],
  breakages: [
    {
      mistake: "the newest driver whenever Google thinks fit",
      path: "/nodeConfig/guestAccelerators/0/gpuDriverInstallationConfig/gpuDriverVersion",
      value: "LATEST",
      expect: "nodeConfig.guestAccelerators[0].gpuDriverInstallationConfig.gpuDriverVersion",
    },
  ],
});
