import { azureResources } from "../../azure";
import { providerTypes } from "../../cloudSources";
import { azureDisk } from "../../examples/azure";
import { resourceRule } from "../../rule";

const confidential = /^ConfidentialVM_/;
/** compute.DiskSecurityTypes of azure-native 3.28.0. */
const types = [
  "ConfidentialVM_VMGuestStateOnlyEncryptedWithPlatformKey",
  "ConfidentialVM_DiskEncryptedWithPlatformKey",
  "ConfidentialVM_DiskEncryptedWithCustomerKey",
  "ConfidentialVM_NonPersistedTPM",
];
const owners = "ConfidentialVM_DiskEncryptedWithCustomerKey";

export const azureConfidentialDisk = resourceRule({
  id: "azure-confidential-disk",
  title: "A disk made for a confidential Azure machine names its generation, its key and its encryption in one sense",
  pillar: "hardware",
  severity: "medium",
  threat: "A disk that was to be under the owner's key comes into being under Azure's own, and keeps it for its life.",
  remediation: `Write hyperVGeneration: V2, and secureVMDiskEncryptionSetId together with ${owners} only.`,
  source: providerTypes("azure-native", "types/input.d.ts, compute.DiskSecurityProfileArgs"),
  platforms: ["azure"],
  claims: ["cloud-node-confidential", "keys-never-in-clear"],
  boundary: { by: "nothing", how: "evidence does not say under which key the cloud keeps a disk" },
  looksAt: azureResources("compute:Disk"),
  *check({ body }) {
    const type = body.at("securityProfile", "securityType");
    const set = body.at("securityProfile", "secureVMDiskEncryptionSetId");
    if (!confidential.test(type.text ?? "")) {
      if (set.present) yield type.finding(`does not use the encryption set beside it; write ${owners}`);
      return;
    }
    if (!types.includes(type.text ?? "")) yield type.finding(`is none of ${types.join(", ")}`);
    else if (type.text === owners && !set.present) yield set.finding("is missing, so there is no owner's key");
    else if (type.text !== owners && set.present)
      yield type.finding(`leaves the encryption set unused; write ${owners}`);
    const generation = body.at("hyperVGeneration");
    // Left out, it is that of the disk's source.
    if (generation.present && generation.value !== "V2")
      yield generation.finding("has to be V2 for a confidential machine");
  },
  compliant: [azureDisk],
  breakages: [
    {
      mistake: "Azure's key beside an owner's encryption set",
      path: "/securityProfile/securityType",
      value: "ConfidentialVM_DiskEncryptedWithPlatformKey",
      expect: "securityProfile.securityType",
    },
    {
      mistake: "a disk for Trusted Launch with an encryption set for confidential machines",
      path: "/securityProfile/securityType",
      value: "TrustedLaunch",
      expect: "securityProfile.securityType",
    },
    {
      mistake: "an owner's key announced and not named",
      path: "/securityProfile/secureVMDiskEncryptionSetId",
      remove: true,
      expect: "securityProfile.secureVMDiskEncryptionSetId",
    },
    { mistake: "a disk of the first generation", path: "/hyperVGeneration", value: "V1", expect: "hyperVGeneration" },
  ],
});
