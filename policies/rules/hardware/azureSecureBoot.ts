import { azureConfidentialMachines, isConfidentialVm, osDiskOf } from "../../azure";
import { azureMachine } from "../../examples/azure";
import { resourceRule } from "../../rule";
import { issue } from "../../sources";

export const azureSecureBoot = resourceRule({
  id: "azure-secure-boot",
  title: "A confidential Azure machine whose whole disk is encrypted boots signed software only",
  pillar: "hardware",
  severity: "medium",
  threat:
    "Whoever writes to the boot partition of an image loads an unsigned kernel, and an unsigned GPU driver with it.",
  remediation: "Write secureBootEnabled: true, and take an image with a signed NVIDIA driver.",
  source: issue("kubernetes-sigs/cluster-api-provider-azure", 3265),
  platforms: ["azure"],
  claims: ["cloud-node-confidential", "guest-booted-as-released"],
  // Sources contradict each other about whether Azure refuses it; for VMGuestStateOnly it is optional.
  baseline: "advisory",
  boundary: { by: "keyBroker", how: "the guest's token says whether secure boot is on, where a policy asks for it" },
  looksAt: azureConfidentialMachines,
  *check(machine) {
    if (!isConfidentialVm(machine)) return;
    const encryption = osDiskOf(machine).at("securityProfile", "securityEncryptionType");
    const secureBoot = machine.securityProfile.at("uefiSettings", "secureBootEnabled");
    if (encryption.text === "DiskWithVMGuestState" && secureBoot.value !== true)
      yield secureBoot.finding("lets unsigned software boot");
  },
  compliant: [azureMachine],
  breakages: [
    {
      mistake: "secure boot switched off for an unsigned driver",
      path: "/securityProfile/uefiSettings/secureBootEnabled",
      value: false,
      expect: "securityProfile.uefiSettings.secureBootEnabled",
    },
    {
      mistake: "secure boot left to Azure's default",
      path: "/securityProfile/uefiSettings/secureBootEnabled",
      remove: true,
      expect: "securityProfile.uefiSettings.secureBootEnabled",
    },
  ],
});
