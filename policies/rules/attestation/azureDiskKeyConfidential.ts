import { azureConfidentialMachines, azureDependencies, azureType, osDiskOf } from "../../azure";
import { azureDiskEncryptionSet, azureMachine } from "../../examples/azure";
import { Place } from "../../place";
import type { Resource } from "../../rule";
import { stackRule } from "../../rule";
import { issue } from "../../sources";

const set = "compute:DiskEncryptionSet";
const wanted = "ConfidentialVmEncryptedWithCustomerKey";

export const azureDiskKeyConfidential = stackRule({
  id: "azure-disk-key-confidential",
  title: "The encryption set of a confidential OS disk is one for confidential machines",
  pillar: "attestation",
  severity: "high",
  threat:
    "An ordinary set gives the disk's key to the host's storage service, so the provider opens the disk without attesting anything.",
  remediation: `Write encryptionType: ${wanted} for the set that managedDisk.securityProfile.diskEncryptionSet names.`,
  source: issue("Azure/azure-powershell", 18094),
  platforms: ["azure"],
  claims: ["keys-never-in-clear", "cloud-node-confidential"],
  boundary: { by: "nothing", how: "evidence does not say under which key the cloud keeps a disk" },
  kinds: [`azure-native:${set}`],
  *select(resource) {
    if (azureType(resource) === set) yield resource;
  },
  *check(resource, all) {
    const type = encryptionType(resource);
    if (type.value === wanted) return;
    for (const machine of all) {
      const sets = azureDependencies(machine, all, set);
      // Data disks may have ordinary sets, as long as there is a confidential one for the OS.
      if (!sets.includes(resource) || sets.some((other) => encryptionType(other).value === wanted)) continue;
      if (hasOwnersKey(machine)) {
        yield type.finding(`is for ordinary disks, and ${machine.name} is confidential`);
        return;
      }
    }
  },
  compliant: [azureDiskEncryptionSet, azureMachine],
  breakages: [
    {
      mistake: "an ordinary encryption set for a confidential disk",
      path: "/encryptionType",
      value: "EncryptionAtRestWithCustomerKey",
      expect: "encryptionType",
    },
    {
      mistake: "the default kind of encryption set for a confidential disk",
      path: "/encryptionType",
      remove: true,
      expect: "encryptionType",
    },
  ],
});

function encryptionType(resource: Resource): Place {
  return Place.root(resource.props).at("encryptionType");
}

function hasOwnersKey(resource: Resource): boolean {
  for (const machine of azureConfidentialMachines.select(resource))
    if (osDiskOf(machine).at("securityProfile").keys().includes("diskEncryptionSet")) return true;
  return false;
}
