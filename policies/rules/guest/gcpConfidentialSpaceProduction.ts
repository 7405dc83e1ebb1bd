import { spaceDeployment } from "../../cloudSources";
import { gcpMachine, gcpSpaceTemplate } from "../../examples/gcp";
import { bootImageOf, gcpConfidentialMachines } from "../../gcp";
import { resourceRule } from "../../rule";

export const gcpConfidentialSpaceProduction = resourceRule({
  id: "gcp-confidential-space-production",
  title: "A Confidential Space machine runs the production image with secure boot",
  pillar: "guest",
  severity: "critical",
  threat: "The debug image lets whoever runs the machine log in beside the model and read its memory.",
  remediation: "Take the image family confidential-space and write shieldedInstanceConfig.enableSecureBoot: true.",
  source: spaceDeployment,
  platforms: ["gcp"],
  claims: ["guest-not-debuggable", "guest-booted-as-released"],
  boundary: { by: "keyBroker", how: "a condition on dbgstat and secboot lets no such token in" },
  looksAt: gcpConfidentialMachines,
  *check(node) {
    const image = bootImageOf(node);
    if (!/confidential-space/.test(image.text ?? "")) return;
    if (/confidential-space-(debug|preview)/.test(image.text ?? "")) yield image.finding("is for trying things out");
    const secureBoot = node.config.at("shieldedInstanceConfig", "enableSecureBoot");
    if (secureBoot.value !== true) yield secureBoot.finding("has to be true; Google's default is off");
  },
  compliant: [gcpMachine, gcpSpaceTemplate],
  breakages: [
    {
      mistake: "the debug image of Confidential Space",
      path: "/bootDisk/initializeParams/image",
      replace: ["family/confidential-space", "family/confidential-space-debug"],
      expect: "bootDisk.initializeParams.image",
    },
    {
      mistake: "the preview image of Confidential Space in a template",
      resource: 1,
      path: "/disks/0/sourceImage",
      value: "confidential-space-images/confidential-space-preview-cgpu",
      expect: "disks[0].sourceImage",
    },
    {
      mistake: "Confidential Space without secure boot",
      path: "/shieldedInstanceConfig/enableSecureBoot",
      remove: true,
      expect: "shieldedInstanceConfig.enableSecureBoot",
    },
  ],
});
