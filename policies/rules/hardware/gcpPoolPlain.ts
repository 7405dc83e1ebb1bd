import { gkeConfidentialNodes } from "../../cloudSources";
import { gcpNodePool } from "../../examples/gcp";
import { gcpConfidentialPools } from "../../gcp";
import { resourceRule } from "../../rule";

export const gcpPoolPlain = resourceRule({
  id: "gcp-pool-plain",
  title: "A confidential GKE pool asks for nothing that confidential nodes lack",
  pillar: "hardware",
  severity: "low",
  threat:
    "Windows, sole tenancy or raw local disks keep a confidential pool from coming up, and the TEE is what is given up for them.",
  remediation: "Take COS or Ubuntu, leave sole tenancy out, and use local SSDs as ephemeral storage only.",
  source: gkeConfidentialNodes,
  platforms: ["gcp"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: gcpConfidentialPools,
  *check({ config }) {
    const image = config.at("imageType");
    if (/^windows/i.test(image.text ?? "")) yield image.finding("has no confidential nodes");
    for (const key of ["soleTenantConfig", "nodeGroup"])
      if (config.at(key).present) yield config.at(key).finding("is sole tenancy, which confidential nodes exclude");
    const raw = config.at("localNvmeSsdBlockConfig");
    if (raw.present) yield raw.finding("is not there for confidential nodes; use ephemeralStorageLocalSsdConfig");
  },
  compliant: [gcpNodePool],
  breakages: [
    {
      mistake: "a confidential pool of Windows",
      path: "/nodeConfig/imageType",
      value: "WINDOWS_LTSC_CONTAINERD",
      expect: "nodeConfig.imageType",
    },
    {
      mistake: "a confidential pool on hosts of one's own",
      path: "/nodeConfig/nodeGroup",
      value: "own-hosts",
      expect: "nodeConfig.nodeGroup",
    },
    {
      mistake: "local disks handed to confidential pods raw",
      path: "/nodeConfig/localNvmeSsdBlockConfig",
      value: { localSsdCount: 2 },
      expect: "nodeConfig.localNvmeSsdBlockConfig",
    },
  ],
});
