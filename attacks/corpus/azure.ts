import type { RuleAttack } from "../attack";
import { loosen, remove, replace, set } from "../change";

const machine = "VirtualMachine/node";
const disk = "storageProfile.osDisk.managedDisk";
const scaleSet = "VirtualMachineScaleSet/nodes";
const pool = "AgentPool/confidential-pool";
const diskKey = "Key/disk-key";
const guestKey = "Key/guest-key";
const authority = "https://sharedeus2.eus2.attest.azure.net/";

/** Azure: the node is the TEE, and a vault releases its keys. */
export const azure: readonly RuleAttack[] = [
  {
    id: "azure-machine-outside-a-tee",
    threat:
      "The security type is dropped to get past a failed deployment, and the node runs in the open on Azure's host.",
    attacker: "carelessEngineer",
    rule: "azure-cvm-all-or-nothing",
    where: "preview",
    base: "azure",
    change: [remove(machine, "securityProfile.securityType")],
  },
  {
    id: "azure-virtual-tpm-off",
    threat:
      "Without its virtual TPM the machine has nothing to attest with, and its key is released by hand from then on.",
    attacker: "carelessEngineer",
    rule: "azure-encryption-matrix",
    where: "preview",
    base: "azure",
    change: [set(machine, "securityProfile.uefiSettings.vTpmEnabled", false)],
  },
  {
    id: "azure-kernel-unsigned",
    threat:
      "Secure boot is switched off for an unsigned driver, and whoever writes to the disk boots a kernel of his own.",
    attacker: "supplyChain",
    rule: "azure-secure-boot",
    where: "preview",
    base: "azure",
    change: [set(machine, "securityProfile.uefiSettings.secureBootEnabled", false)],
  },
  {
    id: "azure-image-moves",
    threat: "The image is whatever its publisher uploaded last, and a driver that fails attestation comes with it.",
    attacker: "supplyChain",
    rule: "azure-image-pinned",
    where: "preview",
    base: "azure",
    change: [set(machine, "storageProfile.imageReference.version", "latest")],
  },
  {
    id: "azure-ordinary-ubuntu",
    threat:
      "An ordinary server image ends up on the confidential machine, which does not boot, and the TEE is given up for it.",
    attacker: "carelessEngineer",
    rule: "azure-image-confidential",
    where: "preview",
    base: "azure",
    change: [set(machine, "storageProfile.imageReference.sku", "server")],
  },
  {
    id: "azure-disk-of-azures-key",
    threat: "The disk is made for Azure's own key beside the owner's encryption set, so that Azure alone can open it.",
    attacker: "providerInsider",
    rule: "azure-confidential-disk",
    where: "preview",
    base: "azure",
    change: [set("Disk/node-os", "securityProfile.securityType", "ConfidentialVM_DiskEncryptedWithPlatformKey")],
  },
  {
    id: "azure-nvme-by-portal",
    threat: "NVMe, which the portal offers, leaves the node without disks, and a plain node takes its place.",
    attacker: "carelessEngineer",
    rule: "azure-nic-plain",
    where: "preview",
    base: "azure",
    change: [set(machine, "storageProfile.diskControllerType", "NVMe")],
  },
  {
    id: "azure-region-without-gpus",
    threat: "A region without confidential GPUs is written by habit, and the deployment falls back to what is there.",
    attacker: "carelessEngineer",
    rule: "azure-region-offered",
    where: "preview",
    base: "azure",
    change: [set(scaleSet, "location", "northeurope")],
  },
  {
    id: "azure-size-of-a-template",
    threat: "A size out of an old template is in no document, and nobody knows what its evidence would say.",
    attacker: "supplyChain",
    rule: "azure-size-documented",
    where: "preview",
    base: "azure",
    change: [set(pool, "vmSize", "Standard_NCC80ads_H100_v5")],
  },
  {
    id: "azure-driver-of-the-platform",
    threat: "AKS puts its own driver on confidential nodes, unsigned, and secure boot is switched off to load it.",
    attacker: "carelessEngineer",
    rule: "azure-gpu-node-pool",
    where: "preview",
    base: "azure",
    change: [set(pool, "gpuProfile.driver", "Install")],
  },
  {
    id: "azure-kata-of-last-year",
    threat: "A pool counts on confidential containers that Azure has withdrawn, and its pods run as ordinary ones.",
    attacker: "carelessEngineer",
    rule: "azure-kata-cc-retired",
    where: "preview",
    base: "azure",
    change: [set("ManagedCluster/factory-cluster", ["agentPoolProfiles", 0, "workloadRuntime"], "KataCcIsolation")],
  },
  {
    id: "azure-key-version-floats",
    threat: "The encryption set names its key without a version, and follows whoever writes a new one.",
    attacker: "providerInsider",
    rule: "azure-disk-encryption-set",
    where: "preview",
    base: "azure",
    change: [replace("DiskEncryptionSet/node-disks", "activeKey.keyUrl", /\/[0-9a-f]{32}$/, "")],
  },
  {
    id: "azure-ordinary-encryption-set",
    threat: "A set for ordinary disks encrypts the confidential one, and hands its key to the platform unasked.",
    attacker: "carelessEngineer",
    rule: "azure-disk-key-confidential",
    where: "preview",
    base: "azure",
    change: [set("DiskEncryptionSet/node-disks", "encryptionType", "EncryptionAtRestWithCustomerKey")],
  },
  {
    id: "azure-disk-waits-for-a-guest",
    threat:
      "A guest's release policy on the disk's key never releases it, and somebody takes the policy off altogether.",
    attacker: "carelessEngineer",
    rule: "azure-disk-key-released",
    where: "preview",
    base: "azure",
    change: [
      loosen(diskKey, /"x-ms-(attestation-type|compliance-status)"/, '"x-ms-isolation-tee.x-ms-attestation-type"'),
      loosen(diskKey, '"x-ms-compliance-status"', '"x-ms-isolation-tee.x-ms-compliance-status"'),
    ],
  },
  {
    id: "azure-deleted-for-good",
    threat: "Somebody with the right to delete purges the vault, and every encrypted disk is lost with it.",
    attacker: "providerInsider",
    rule: "azure-keys-purge-protected",
    where: "preview",
    base: "azure",
    change: [set("ManagedHsm/acme-hsm", "properties.enablePurgeProtection", false)],
  },
  {
    id: "azure-tokens-of-an-impostor",
    threat: "A release policy trusts an attestation service of the attacker's, which vouches for his own machine.",
    attacker: "supplyChain",
    rule: "azure-release-authority",
    where: "preview",
    base: "azure",
    change: [loosen(guestKey, authority, "https://sharedeus2.eus2.attest.azure.net.attacker.example/")],
  },
  {
    id: "azure-software-key-released",
    threat: "A software key is marked for release, and its bytes were in the vault's memory all along.",
    attacker: "carelessEngineer",
    rule: "azure-release-policy",
    where: "preview",
    base: "azure",
    change: [set(guestKey, "properties.kty", "RSA")],
  },
  {
    id: "azure-any-machine-may-have-it",
    threat: "The release policy asks for a TEE and not for its state, and a debuggable machine is given the key.",
    attacker: "maliciousTenant",
    rule: "azure-release-policy-claims",
    where: "preview",
    base: "azure",
    change: [loosen(guestKey, /,\{"claim":"x-ms-isolation-tee\.x-ms-compliance-status"[^}]*\}/, "")],
  },
  {
    id: "azure-authority-of-another-region",
    threat:
      "The machine attests to its own region's service, whose word the key does not take, and reboots without a disk.",
    attacker: "carelessEngineer",
    rule: "azure-release-region",
    where: "preview",
    base: "azure",
    change: [loosen(diskKey, authority, "https://sharedweu.weu.attest.azure.net/")],
  },
  {
    id: "azure-vault-on-the-internet",
    threat: "A vault that the whole internet reaches has only stolen credentials between itself and the keys.",
    attacker: "networkAttacker",
    rule: "azure-vault-closed",
    where: "preview",
    base: "azure",
    change: [set("Vault/node-keys", "properties.publicNetworkAccess", "Enabled")],
  },
];
