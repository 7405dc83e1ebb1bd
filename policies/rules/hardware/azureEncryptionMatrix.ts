import { azureConfidentialMachines, isConfidentialVm, osDiskOf } from "../../azure";
import { azureMachine, azureScaleSet } from "../../examples/azure";
import { resourceRule } from "../../rule";
import { issue } from "../../sources";

/** compute.SecurityEncryptionTypes of azure-native 3.28.0; Azure takes them in this spelling only. */
const types = ["VMGuestStateOnly", "DiskWithVMGuestState", "NonPersistedTPM"];
const disk = "storageProfile.osDisk.managedDisk";
const diskPointer = "/storageProfile/osDisk/managedDisk";

export const azureEncryptionMatrix = resourceRule({
  id: "azure-encryption-matrix",
  title: "Encryption type, vTPM and key of a confidential OS disk fit together",
  pillar: "hardware",
  severity: "high",
  threat:
    "A disk key that stands in the wrong place protects nothing of the guest's state, and a machine without vTPM cannot prove how it booted.",
  remediation:
    "Write vTpmEnabled: true, and the owner's disk encryption set under managedDisk.securityProfile together with DiskWithVMGuestState.",
  source: issue("openshift/api", 1403),
  platforms: ["azure"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "keyBroker", how: "evidence of an Azure machine goes through its vTPM; without one there is none" },
  looksAt: azureConfidentialMachines,
  *check(machine) {
    if (!isConfidentialVm(machine)) return;
    const managedDisk = osDiskOf(machine);
    const encryption = managedDisk.at("securityProfile", "securityEncryptionType");
    if (!encryption.present) return;
    if (!types.includes(encryption.text ?? "")) {
      yield encryption.finding(`is none of ${types.join(", ")}`);
      return;
    }
    const vTpm = machine.securityProfile.at("uefiSettings", "vTpmEnabled");
    if (encryption.text !== "NonPersistedTPM" && vTpm.value !== true)
      yield vTpm.finding(`has to be true for ${encryption.text}`);

    const owners = managedDisk.at("securityProfile", "diskEncryptionSet");
    const ordinary = managedDisk.at("diskEncryptionSet");
    if (owners.present && encryption.text !== "DiskWithVMGuestState")
      yield owners.finding(`goes with DiskWithVMGuestState, not with ${encryption.text}`);
    if (ordinary.present && encryption.text === "DiskWithVMGuestState")
      yield ordinary.finding("is for ordinary disks; a confidential one has it under managedDisk.securityProfile");
  },
  compliant: [azureMachine, azureScaleSet],
  breakages: [
    {
      mistake: "vTPM switched off",
      path: "/securityProfile/uefiSettings/vTpmEnabled",
      value: false,
      expect: "securityProfile.uefiSettings.vTpmEnabled",
    },
    {
      mistake: "firmware settings left out of a scale set",
      resource: 1,
      path: "/virtualMachineProfile/securityProfile/uefiSettings",
      remove: true,
      expect: "virtualMachineProfile.securityProfile.uefiSettings.vTpmEnabled",
    },
    {
      mistake: "encryption type in another library's spelling",
      path: `${diskPointer}/securityProfile/securityEncryptionType`,
      value: "DISK_WITH_VM_GUEST_STATE",
      expect: `${disk}.securityProfile.securityEncryptionType`,
    },
    {
      mistake: "the owner's key for the guest state alone",
      path: `${diskPointer}/securityProfile/securityEncryptionType`,
      value: "VMGuestStateOnly",
      expect: `${disk}.securityProfile.diskEncryptionSet`,
    },
    {
      mistake: "disk encryption set where ordinary disks have it",
      path: `${diskPointer}/diskEncryptionSet`,
      value: { id: "/subscriptions/s/diskEncryptionSets/node-disks" },
      expect: `${disk}.diskEncryptionSet`,
    },
  ],
});
