import { authorityFor, plannedKeys } from "../../../components/attestation/azureReleasedKeysPlan";
import type { DiskReleasePolicy } from "../../../components/attestation/azureReleasePolicy";
import {
  diskReleasePolicy,
  encodeReleasePolicy,
  guestReleasePolicy,
} from "../../../components/attestation/azureReleasePolicy";
import type { AzureMachineRequest } from "../../../components/host/azure/machineConstraints";
import { machineDepartures } from "../../../components/host/azure/machineConstraints";
import type { AzurePoolRequest } from "../../../components/host/azure/poolConstraints";
import { poolDepartures } from "../../../components/host/azure/poolConstraints";
import {
  azureAgentPool,
  azureCluster,
  azureDisk,
  azureDiskEncryptionSet,
  azureDiskKey,
  azureDriverExtension,
  azureGuestKey,
  azureMachine,
  azureNetworkInterface,
  azureVault,
  diskReleasePolicy as diskPolicy,
  guestReleasePolicy as guestPolicy,
  releasePolicyData,
} from "../../../policies/examples/azure";
import { nodeGpuOperator } from "../../../policies/examples/nodes";
import type { PainPoint, PainPoints } from "./painPoint";

const machine: AzureMachineRequest = {
  size: "Standard_NCC40ads_H100_v5",
  region: "eastus2",
  image: { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "cvm", version: "24.04.202610010" },
  securityType: "ConfidentialVM",
  diskEncryption: "DiskWithVMGuestState",
  secureBoot: true,
  vTpm: true,
};
const pool: AzurePoolRequest = {
  size: "Standard_NCC40ads_H100_v5",
  region: "eastus2",
  kubernetesVersion: "1.34",
  osSku: "Ubuntu",
  gpuDriver: "None",
};

const ofMachine = (constraint: string, change: Partial<AzureMachineRequest>) => ({
  constraint,
  departures: machineDepartures({ ...machine, ...change }),
});
const ofPool = (constraint: string, change: Partial<AzurePoolRequest>) => ({
  constraint,
  departures: poolDepartures({ ...pool, ...change }),
});

const machineStack = [azureMachine];
const nodePool = [azureAgentPool];
const security = ["securityProfile"];
const osDisk = ["storageProfile", "osDisk"];
const image = ["storageProfile", "imageReference"];
const policyData = ["properties", "releasePolicy", "data"];
const eastUs2 = "https://sharedeus2.eus2.attest.azure.net";

/** Guests' and disks' keys with another policy. */
const withPolicy = (policy: unknown): PainPoint["change"] => [[policyData, releasePolicyData(policy)]];
const [diskAuthority] = diskPolicy.anyOf;
const encryptionSet = {
  encryptionType: "ConfidentialVmEncryptedWithCustomerKey",
  property: "securityProfile",
  region: "eastus2",
} as const;

export const azurePainPoints: PainPoints = {
  1: [
    {
      mistake: "ConfidentialVM without an encryption type",
      outcome: "refused",
      stack: machineStack,
      change: [[[...osDisk, "managedDisk", "securityProfile"], undefined]],
      rules: ["azure-cvm-all-or-nothing"],
      component: ofMachine("azure-disk-encryption", { diskEncryption: undefined }),
    },
    {
      mistake: "an encryption type without ConfidentialVM",
      outcome: "refused",
      stack: machineStack,
      change: [[[...security, "securityType"], "TrustedLaunch"]],
      rules: ["azure-cvm-all-or-nothing"],
      component: ofMachine("azure-security-type", { securityType: "TrustedLaunch" }),
    },
    {
      mistake: "ConfidentialVM of an ordinary size",
      outcome: "refused",
      stack: machineStack,
      change: [[["hardwareProfile", "vmSize"], "Standard_NC40ads_H100_v5"]],
      rules: ["azure-cvm-all-or-nothing"],
      component: ofMachine("azure-size-confidential", { size: "Standard_NC40ads_H100_v5" }),
    },
    {
      mistake: "ConfidentialVM with an ordinary image",
      outcome: "refused",
      stack: machineStack,
      change: [[[...image, "sku"], "server"]],
      rules: ["azure-image-confidential"],
      component: ofMachine("azure-image-confidential", {
        image: { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "server", version: "24.04.202610010" },
      }),
    },
  ],
  2: [
    {
      mistake: "no vTPM",
      outcome: "refused",
      stack: machineStack,
      change: [[[...security, "uefiSettings", "vTpmEnabled"], false]],
      rules: ["azure-encryption-matrix"],
      component: ofMachine("azure-vtpm", { vTpm: false }),
    },
    {
      mistake: "no secure boot for an encrypted disk",
      outcome: "warned",
      stack: machineStack,
      change: [[[...security, "uefiSettings", "secureBootEnabled"], false]],
      rules: ["azure-secure-boot"],
      component: ofMachine("azure-secure-boot", { secureBoot: false }),
    },
  ],
  3: [
    {
      mistake: "an image of the day",
      outcome: "refused",
      stack: machineStack,
      change: [[[...image, "version"], "latest"]],
      rules: ["azure-image-pinned"],
      component: ofMachine("azure-image-pinned", {
        image: { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "cvm", version: "latest" },
      }),
    },
    {
      mistake: "the wrong offer",
      outcome: "refused",
      stack: machineStack,
      change: [[[...image, "offer"], "0001-com-ubuntu-server-jammy"]],
      rules: ["azure-image-confidential"],
      component: ofMachine("azure-image-confidential", {
        image: {
          publisher: "Canonical",
          offer: "0001-com-ubuntu-server-jammy",
          sku: "cvm",
          version: "22.04.202610010",
        },
      }),
    },
    {
      mistake: "a disk of the first generation",
      outcome: "refused",
      stack: [azureDisk],
      change: [[["hyperVGeneration"], "V1"]],
      rules: ["azure-confidential-disk"],
      component: ofMachine("azure-image-generation", { imageGeneration: "V1" }),
    },
  ],
  4: [
    {
      mistake: "a region without the size",
      outcome: "refused",
      stack: machineStack,
      change: [[["location"], "northeurope"]],
      rules: ["azure-region-offered"],
      component: ofMachine("azure-region-offered", { region: "northeurope" }),
    },
    {
      mistake: "a cluster in a region without its pool's size",
      outcome: "refused",
      stack: [azureCluster],
      change: [[["location"], "uksouth"]],
      rules: ["azure-region-offered"],
      component: ofPool("azure-region-offered", { region: "uksouth" }),
    },
    {
      mistake: "a size out of an old template",
      outcome: "refused",
      stack: machineStack,
      change: [[["hardwareProfile", "vmSize"], "Standard_NCC80ads_H100_v5"]],
      rules: ["azure-size-documented"],
      component: ofMachine("azure-size-confidential", { size: "Standard_NCC80ads_H100_v5" }),
    },
  ],
  5: [
    {
      mistake: "an encryption set for ordinary disks",
      outcome: "refused",
      stack: [azureDiskEncryptionSet, azureMachine],
      change: [[["encryptionType"], "EncryptionAtRestWithCustomerKey"]],
      rules: ["azure-disk-key-confidential"],
      component: ofMachine("azure-owners-disk-key", {
        encryptionSet: { ...encryptionSet, encryptionType: "EncryptionAtRestWithCustomerKey" },
      }),
    },
    {
      mistake: "an encryption set where ordinary disks have it",
      outcome: "refused",
      stack: machineStack,
      change: [
        [[...osDisk, "managedDisk", "securityProfile", "diskEncryptionSet"], undefined],
        [[...osDisk, "managedDisk", "diskEncryptionSet"], { id: "/subscriptions/s/diskEncryptionSets/node-disks" }],
      ],
      rules: ["azure-encryption-matrix"],
      component: ofMachine("azure-owners-disk-key", { encryptionSet: { ...encryptionSet, property: "managedDisk" } }),
    },
    {
      mistake: "an encryption set for the guest state alone",
      outcome: "refused",
      stack: machineStack,
      change: [[[...osDisk, "managedDisk", "securityProfile", "securityEncryptionType"], "VMGuestStateOnly"]],
      rules: ["azure-encryption-matrix"],
      component: ofMachine("azure-owners-disk-key", { encryptionSet, diskEncryption: "VMGuestStateOnly" }),
    },
  ],
  6: [
    {
      mistake: "a key that is not exportable",
      outcome: "refused",
      stack: [azureGuestKey],
      change: [[["properties", "attributes", "exportable"], false]],
      rules: ["azure-release-policy"],
    },
    {
      mistake: "no release policy",
      outcome: "refused",
      stack: [azureGuestKey],
      change: [[["properties", "releasePolicy"], undefined]],
      rules: ["azure-release-policy"],
    },
    {
      mistake: "no release policy for a disk's key",
      outcome: "refused",
      stack: [azureDiskKey, azureDiskEncryptionSet],
      change: [[["properties", "releasePolicy"], undefined]],
      rules: ["azure-release-policy", "azure-disk-key-released"],
    },
    {
      mistake: "a policy that is not in base64url",
      outcome: "refused",
      stack: [azureGuestKey],
      change: [[policyData, JSON.stringify(guestPolicy)]],
      rules: ["azure-release-policy"],
    },
    {
      mistake: "allOf at a policy's root, as in a sample",
      outcome: "refused",
      stack: [azureGuestKey],
      change: withPolicy({ version: "1.0.0", allOf: guestPolicy.anyOf }),
      rules: ["azure-release-policy"],
    },
    {
      mistake: "two regions in one authority, as in a sample",
      outcome: "refused",
      stack: [azureDiskKey],
      change: withPolicy({
        version: "1.0.0",
        anyOf: [{ ...diskAuthority, authority: "https://sharedeus2.weu2.attest.azure.net" }],
      }),
      rules: ["azure-release-authority"],
      builder: () => diskReleasePolicy({ authorities: ["https://sharedeus2.weu2.attest.azure.net"], tee: "snp" }),
    },
    {
      mistake: "somebody else's authority",
      outcome: "refused",
      stack: [azureGuestKey],
      change: withPolicy({
        version: "1.0.0",
        anyOf: [{ ...guestPolicy.anyOf[0], authority: "https://attest.example.com" }],
      }),
      rules: ["azure-release-authority"],
      builder: () => plannedKeys({ region: "eastus2", authority: "https://attest.example.com", keys: [guestKey] }),
    },
    {
      // Whom the platform asks is documented nowhere.
      mistake: "another region's authority for a disk",
      outcome: "warned",
      stack: [azureDiskKey, azureDiskEncryptionSet, azureMachine],
      change: withPolicy({
        version: "1.0.0",
        anyOf: [{ ...diskAuthority, authority: "https://sharedweu.weu.attest.azure.net" }],
      }),
      rules: ["azure-release-region"],
    },
    {
      mistake: "a region of which no authority is known",
      outcome: "refused",
      stack: [azureGuestKey],
      change: [[policyData, ""]],
      rules: ["azure-release-policy"],
      builder: () => authorityFor({ region: "northeurope" }),
    },
    {
      mistake: "both placements of claims in one policy",
      outcome: "refused",
      stack: [azureGuestKey],
      change: withPolicy({
        version: "1.0.0",
        anyOf: [{ authority: eastUs2, allOf: [diskPolicy.anyOf[0]?.allOf[0], guestPolicy.anyOf[0]?.allOf[1]] }],
      }),
      rules: ["azure-release-policy-claims"],
      builder: () => {
        const [guest] = guestReleasePolicy({ authorities: [eastUs2], tee: "snp" }).anyOf;
        const disk = diskReleasePolicy({ authorities: [eastUs2], tee: "snp" });
        return encodeReleasePolicy({ ...disk, anyOf: [...disk.anyOf, guest] as typeof disk.anyOf });
      },
    },
    {
      mistake: "a guest's claims for a disk",
      outcome: "refused",
      stack: [azureDiskKey, azureDiskEncryptionSet],
      change: withPolicy(guestPolicy),
      rules: ["azure-disk-key-released"],
      builder: () =>
        encodeReleasePolicy(
          JSON.parse(JSON.stringify(guestReleasePolicy({ authorities: [eastUs2], tee: "snp" }))) as DiskReleasePolicy,
        ),
    },
  ],
  7: [
    {
      mistake: "a vault whose keys can be destroyed at once",
      outcome: "refused",
      stack: [azureVault],
      change: [[["properties", "enablePurgeProtection"], undefined]],
      rules: ["azure-keys-purge-protected"],
    },
  ],
  8: [
    {
      mistake: "accelerated networking",
      outcome: "refused",
      stack: [azureNetworkInterface, azureMachine],
      change: [[["enableAcceleratedNetworking"], true]],
      rules: ["azure-nic-plain"],
      component: ofMachine("azure-plain-network", { acceleratedNetworking: true }),
    },
    {
      mistake: "an NVMe controller",
      outcome: "refused",
      stack: machineStack,
      change: [[["storageProfile", "diskControllerType"], "NVMe"]],
      rules: ["azure-nic-plain"],
      component: ofMachine("azure-plain-disks", { diskController: "NVMe" }),
    },
  ],
  9: [
    {
      mistake: "AKS's own GPU driver",
      outcome: "refused",
      stack: nodePool,
      change: [[["gpuProfile", "driver"], "Install"]],
      rules: ["azure-gpu-node-pool"],
      component: ofPool("azure-pool-driver-none", { gpuDriver: "Install" }),
    },
    {
      mistake: "a driver left to AKS's default",
      outcome: "refused",
      stack: nodePool,
      change: [[["gpuProfile"], undefined]],
      rules: ["azure-gpu-node-pool"],
    },
    {
      mistake: "FIPS",
      outcome: "refused",
      stack: nodePool,
      change: [[["enableFIPS"], true]],
      rules: ["azure-gpu-node-pool"],
      component: ofPool("azure-pool-plain", { fips: true }),
    },
    {
      mistake: "Trusted Launch on a confidential pool",
      outcome: "refused",
      stack: nodePool,
      change: [[["securityProfile"], { enableSecureBoot: true, enableVTPM: true }]],
      rules: ["azure-gpu-node-pool"],
      component: ofPool("azure-pool-plain", { trustedLaunch: true }),
    },
    {
      mistake: "Kata in a confidential node",
      outcome: "refused",
      stack: nodePool,
      change: [[["workloadRuntime"], "KataVmIsolation"]],
      rules: ["azure-gpu-node-pool"],
      component: ofPool("azure-pool-plain", { workloadRuntime: "KataVmIsolation" }),
    },
    {
      mistake: "confidential Kata, which AKS withdrew",
      outcome: "refused",
      stack: nodePool,
      change: [[["workloadRuntime"], "KataCcIsolation"]],
      rules: ["azure-kata-cc-retired"],
      component: ofPool("azure-pool-plain", { workloadRuntime: "KataCcIsolation" }),
    },
    {
      mistake: "Windows",
      outcome: "refused",
      stack: nodePool,
      change: [[["osType"], "Windows"]],
      rules: ["azure-gpu-node-pool"],
      component: ofPool("azure-pool-os", { osType: "Windows" }),
    },
    {
      mistake: "Ubuntu 22.04",
      outcome: "refused",
      stack: nodePool,
      change: [[["osSKU"], "Ubuntu2204"]],
      rules: ["azure-gpu-node-pool"],
      component: ofPool("azure-pool-os", { osSku: "Ubuntu2204" }),
    },
  ],
  11: [
    {
      mistake: "an unsigned driver under secure boot",
      outcome: "refused",
      stack: [azureDriverExtension],
      change: [
        [["publisher"], "Microsoft.HpcCompute"],
        [["type"], "NvidiaGpuDriverLinux"],
      ],
      rules: ["cloud-driver-floor"],
      component: ofMachine("azure-gpu-driver", { driver: { version: "570.86.15", signed: false } }),
    },
  ],
  20: [
    {
      mistake: "instances of a GPU in AKS",
      outcome: "warned",
      stack: nodePool,
      change: [[["gpuInstanceProfile"], "MIG1g"]],
      rules: ["cloud-gpu-undivided"],
      component: ofPool("azure-one-gpu", { gpuInstanceProfile: "MIG1g" }),
    },
  ],
  21: [
    {
      mistake: "a driver whose GPUs can fail attestation",
      outcome: "refused",
      stack: [nodeGpuOperator, azureAgentPool],
      change: [[["values", "driver", "version"], "550.90.07"]],
      rules: ["cloud-driver-floor"],
      component: ofPool("azure-gpu-driver", { driver: "550.90.07" }),
    },
    {
      mistake: "a driver before the floor",
      outcome: "refused",
      stack: [nodeGpuOperator, azureAgentPool],
      change: [[["values", "driver", "version"], "535.247.01"]],
      rules: ["cloud-driver-floor"],
      component: ofMachine("azure-gpu-driver", { driver: { version: "535.247.01", signed: true } }),
    },
  ],
};

const guestKey = { name: "llm", principals: ["00000000-0000-4000-8000-00000000000a"] };

/** Sound requests, of which no constraint may speak. */
export const soundAzure = [machineDepartures(machine), poolDepartures(pool)];
