import type { Resource } from "../rule";
import { gpuOperator } from "./cluster";

const urn = (type: string, name: string) => `urn:pulumi:example::trustfoundry::${type}::${name}`;

/** A release policy as Key Vault wants it: JSON in base64url. */
export function releasePolicyData(policy: unknown): string {
  return Buffer.from(JSON.stringify(policy)).toString("base64url");
}

/** Lets the platform open the OS disk of a confidential virtual machine in one region. */
export const diskReleasePolicy = {
  version: "1.0.0",
  anyOf: [
    {
      authority: "https://sharedeus2.eus2.attest.azure.net/",
      allOf: [
        { claim: "x-ms-attestation-type", equals: "sevsnpvm" },
        { claim: "x-ms-compliance-status", equals: "azure-compliant-cvm" },
      ],
    },
  ],
};

/** Lets a program in the guest have a key: the same claims, where a guest's own token has them. */
export const guestReleasePolicy = {
  version: "1.0.0",
  anyOf: [
    {
      authority: "https://sharedeus2.eus2.attest.azure.net/",
      allOf: [
        { claim: "x-ms-isolation-tee.x-ms-attestation-type", equals: "sevsnpvm" },
        { claim: "x-ms-isolation-tee.x-ms-compliance-status", equals: "azure-compliant-cvm" },
      ],
    },
  ],
};

export const azureVault: Resource = {
  type: "azure-native:keyvault:Vault",
  name: "node-keys",
  urn: urn("azure-native:keyvault:Vault", "node-keys"),
  props: {
    resourceGroupName: "factory",
    location: "eastus2",
    properties: {
      sku: { family: "A", name: "premium" },
      tenantId: "00000000-0000-0000-0000-000000000001",
      enablePurgeProtection: true,
      publicNetworkAccess: "Disabled",
    },
  },
};

/** A vault that named addresses reach. */
export const azureVaultForOne: Resource = {
  ...azureVault,
  name: "keys-for-one",
  urn: urn("azure-native:keyvault:Vault", "keys-for-one"),
  props: {
    ...azureVault.props,
    properties: {
      ...(azureVault.props.properties as object),
      publicNetworkAccess: "Enabled",
      networkAcls: { bypass: "None", defaultAction: "Deny", ipRules: [{ value: "192.0.2.7/32" }] },
    },
  },
};

export const azureHsm: Resource = {
  type: "azure-native:keyvault:ManagedHsm",
  name: "acme-hsm",
  props: {
    resourceGroupName: "acme-keys",
    location: "eastus2",
    sku: { family: "B", name: "Standard_B1" },
    properties: {
      tenantId: "00000000-0000-0000-0000-000000000001",
      initialAdminObjectIds: ["00000000-0000-0000-0000-000000000002"],
      enablePurgeProtection: true,
      networkAcls: { bypass: "None", defaultAction: "Deny" },
    },
  },
};

/** The key of an OS disk. */
export const azureDiskKey: Resource = {
  type: "azure-native:keyvault:Key",
  name: "disk-key",
  urn: urn("azure-native:keyvault:Key", "disk-key"),
  props: {
    resourceGroupName: "factory",
    vaultName: "node-keys",
    properties: {
      kty: "RSA-HSM",
      keySize: 3072,
      keyOps: ["wrapKey", "unwrapKey"],
      attributes: { exportable: true },
      releasePolicy: {
        contentType: "application/json; charset=utf-8",
        data: releasePolicyData(diskReleasePolicy),
      },
    },
  },
  dependsOn: [azureVault.urn ?? ""],
};

/** A key that a program asks for from inside its guest. */
export const azureGuestKey: Resource = {
  type: "azure-native:keyvault:Key",
  name: "guest-key",
  urn: urn("azure-native:keyvault:Key", "guest-key"),
  props: {
    resourceGroupName: "acme-keys",
    vaultName: "acme-keys",
    properties: {
      kty: "RSA-HSM",
      keySize: 3072,
      keyOps: ["unwrapKey", "release"],
      attributes: { exportable: true },
      releasePolicy: { data: releasePolicyData(guestReleasePolicy) },
    },
  },
};

export const azureDiskEncryptionSet: Resource = {
  type: "azure-native:compute:DiskEncryptionSet",
  name: "node-disks",
  urn: urn("azure-native:compute:DiskEncryptionSet", "node-disks"),
  props: {
    resourceGroupName: "factory",
    location: "eastus2",
    encryptionType: "ConfidentialVmEncryptedWithCustomerKey",
    identity: { type: "SystemAssigned" },
    activeKey: {
      keyUrl: "https://node-keys.vault.azure.net/keys/disk-key/0123456789abcdef0123456789abcdef",
      sourceVault: { id: "/subscriptions/s/resourceGroups/factory/providers/Microsoft.KeyVault/vaults/node-keys" },
    },
  },
  dependsOn: [azureVault.urn ?? "", azureDiskKey.urn ?? ""],
};

/** A disk that is made before its machine. */
export const azureDisk: Resource = {
  type: "azure-native:compute:Disk",
  name: "node-os",
  props: {
    resourceGroupName: "factory",
    location: "eastus2",
    hyperVGeneration: "V2",
    creationData: { createOption: "FromImage" },
    securityProfile: {
      securityType: "ConfidentialVM_DiskEncryptedWithCustomerKey",
      secureVMDiskEncryptionSetId: "/subscriptions/s/diskEncryptionSets/node-disks",
    },
  },
};

export const azureNetworkInterface: Resource = {
  type: "azure-native:network:NetworkInterface",
  name: "node-nic",
  urn: urn("azure-native:network:NetworkInterface", "node-nic"),
  props: {
    resourceGroupName: "factory",
    location: "eastus2",
    enableAcceleratedNetworking: false,
    ipConfigurations: [{ name: "internal", subnet: { id: "/subscriptions/s/subnets/nodes" } }],
  },
};

/** A confidential virtual machine with one H100, its OS disk under the owner's key. */
export const azureMachine: Resource = {
  type: "azure-native:compute:VirtualMachine",
  name: "node",
  urn: urn("azure-native:compute:VirtualMachine", "node"),
  props: {
    resourceGroupName: "factory",
    location: "eastus2",
    hardwareProfile: { vmSize: "Standard_NCC40ads_H100_v5" },
    identity: { type: "SystemAssigned" },
    networkProfile: { networkInterfaces: [{ id: "/subscriptions/s/networkInterfaces/node-nic" }] },
    securityProfile: {
      securityType: "ConfidentialVM",
      uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
    },
    storageProfile: {
      diskControllerType: "SCSI",
      imageReference: {
        publisher: "Canonical",
        offer: "ubuntu-24_04-lts",
        sku: "cvm",
        version: "24.04.202610010",
      },
      osDisk: {
        createOption: "FromImage",
        diskSizeGB: 100,
        managedDisk: {
          storageAccountType: "Premium_LRS",
          securityProfile: {
            securityEncryptionType: "DiskWithVMGuestState",
            diskEncryptionSet: { id: "/subscriptions/s/diskEncryptionSets/node-disks" },
          },
        },
      },
    },
  },
  dependsOn: [
    azureDiskEncryptionSet.urn ?? "",
    azureNetworkInterface.urn ?? "",
    azureVault.urn ?? "",
    azureDiskKey.urn ?? "",
  ],
};

/** The same by the dozen, with what Azure keeps the disk's key for, and interfaces of its own. */
export const azureScaleSet: Resource = {
  type: "azure-native:compute:VirtualMachineScaleSet",
  name: "nodes",
  urn: urn("azure-native:compute:VirtualMachineScaleSet", "nodes"),
  props: {
    resourceGroupName: "factory",
    location: "westeurope",
    sku: { name: "Standard_NCC40ads_H100_v5", capacity: 12 },
    virtualMachineProfile: {
      networkProfile: {
        networkInterfaceConfigurations: [
          {
            name: "internal",
            primary: true,
            enableAcceleratedNetworking: false,
            ipConfigurations: [{ name: "internal", subnet: { id: "/subscriptions/s/subnets/nodes" } }],
          },
        ],
      },
      securityProfile: {
        securityType: "ConfidentialVM",
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      },
      storageProfile: {
        imageReference: {
          communityGalleryImageId:
            "/CommunityGalleries/cgpuimage-db870bae-5bcf-4120-9415-b841adef61d3/Images/cgpu-NCC-2404-base-image/versions/1.0.3",
        },
        osDisk: {
          createOption: "FromImage",
          managedDisk: { securityProfile: { securityEncryptionType: "VMGuestStateOnly" } },
        },
      },
    },
  },
};

/** A node pool with confidential GPUs. */
export const azureAgentPool: Resource = {
  type: "azure-native:containerservice:AgentPool",
  name: "confidential-pool",
  urn: urn("azure-native:containerservice:AgentPool", "confidential-pool"),
  props: {
    resourceGroupName: "factory",
    resourceName: "factory-cluster",
    agentPoolName: "h100",
    mode: "User",
    count: 2,
    vmSize: "Standard_NCC40ads_H100_v5",
    osType: "Linux",
    osSKU: "Ubuntu",
    gpuProfile: { driver: "None" },
    enableNodePublicIP: false,
  },
};

/** A cluster that brings such a pool itself, beside one without GPUs. */
export const azureCluster: Resource = {
  type: "azure-native:containerservice:ManagedCluster",
  name: "factory-cluster",
  urn: urn("azure-native:containerservice:ManagedCluster", "factory-cluster"),
  props: {
    resourceGroupName: "factory",
    resourceName: "factory-cluster",
    location: "centralus",
    agentPoolProfiles: [
      { name: "system", mode: "System", count: 3, vmSize: "Standard_D4s_v5", osType: "Linux" },
      {
        name: "h100",
        mode: "User",
        count: 2,
        vmSize: "Standard_NCC40ads_H100_v5",
        osType: "Linux",
        osSKU: "Ubuntu2404",
        gpuProfile: { driver: "None" },
      },
    ],
  },
};

/** Any extension but the one for GPU drivers, which takes what it finds. */
export const azureDriverExtension: Resource = {
  type: "azure-native:compute:VirtualMachineExtension",
  name: "node-attestation",
  props: {
    resourceGroupName: "factory",
    vmName: "node",
    publisher: "Microsoft.Azure.Security.LinuxAttestation",
    type: "GuestAttestation",
    typeHandlerVersion: "1.0",
    autoUpgradeMinorVersion: true,
  },
};

/** The GPU Operator with a driver for nodes that are the TEE themselves. */
export const gpuOperatorWithDriver: Resource = {
  ...gpuOperator,
  name: "gpu-operator-aks",
  props: {
    ...gpuOperator.props,
    values: {
      ...(gpuOperator.props.values as object),
      driver: { enabled: true, version: "580.95.05" },
    },
  },
};
