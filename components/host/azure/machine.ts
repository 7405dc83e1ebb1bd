import * as compute from "@pulumi/azure-native/compute";
import * as network from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";
import { judge } from "../departures";
import type { DiskKey } from "./diskEncryptionSet";
import type { AzureImage } from "./machineConstraints";
import { machineDepartures } from "./machineConstraints";
import type { AzurePlace } from "./place";

export interface AzureConfidentialVmArgs extends AzurePlace {
  /** Name of the machine, in Azure and as its host name. */
  readonly machineName: string;
  /** Size with one confidential GPU. */
  readonly size: string;
  /** Image for confidential machines, in one version. */
  readonly image: AzureImage;
  /** What is sealed to the machine: disk and guest state, or guest state alone. */
  readonly diskEncryption: "DiskWithVMGuestState" | "VMGuestStateOnly";
  /** Secure Boot: only signed kernels and drivers load. */
  readonly secureBoot: boolean;
  /** OS disk in GiB. */
  readonly osDiskGib: number;
  /** Spot capacity, which Azure takes away at any time; the machine is stopped then, and keeps its disk. */
  readonly spot: boolean;
  /** Subnet without addresses on the internet. */
  readonly subnetId: pulumi.Input<string>;
  /** Key of the OS disk. Default: Azure's. */
  readonly diskKey?: DiskKey | undefined;
  /** Who may log in, by the key below; there is no password. */
  readonly adminUsername: string;
  readonly sshPublicKey: string;
}

/**
 * One confidential virtual machine with one confidential GPU, outside of any cluster. The machine is the TEE: whoever may
 * log in, and every program on it, are inside.
 */
export class AzureConfidentialVm extends pulumi.ComponentResource {
  readonly machineId: pulumi.Output<string>;
  /** Identity of the machine in Entra: what a guest's own key release would be granted to. */
  readonly principalId: pulumi.Output<string>;

  constructor(name: string, args: AzureConfidentialVmArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.azureConfidentialVm, name, {}, opts);
    const { diskKey, location, machineName, resourceGroupName, spot } = args;
    const { errors } = judge(
      machineDepartures({
        ...args,
        region: location,
        securityType: "ConfidentialVM",
        vTpm: true,
        acceleratedNetworking: false,
        ...(diskKey && { encryptionSet: { encryptionType: setType, property: "securityProfile", region: location } }),
      }),
    );
    if (errors.length > 0) throw new pulumi.ResourceError(errors.join(" "), this, true);

    const common = { resourceGroupName, location };
    const nic = new network.NetworkInterface(
      `${name}-nic`,
      {
        ...common,
        networkInterfaceName: `${machineName}-nic`,
        enableAcceleratedNetworking: false,
        ipConfigurations: [{ name: "internal", privateIPAllocationMethod: "Dynamic", subnet: { id: args.subnetId } }],
      },
      { parent: this },
    );
    const machine = new compute.VirtualMachine(
      `${name}-machine`,
      {
        ...common,
        vmName: machineName,
        hardwareProfile: { vmSize: args.size },
        identity: { type: "SystemAssigned" },
        securityProfile: {
          securityType: "ConfidentialVM",
          uefiSettings: { secureBootEnabled: args.secureBoot, vTpmEnabled: true },
        },
        storageProfile: {
          diskControllerType: "SCSI",
          imageReference: imageReference(args.image),
          osDisk: {
            createOption: "FromImage",
            deleteOption: "Delete",
            diskSizeGB: args.osDiskGib,
            managedDisk: {
              storageAccountType: "Premium_LRS",
              securityProfile: {
                securityEncryptionType: args.diskEncryption,
                ...(diskKey && { diskEncryptionSet: { id: diskKey.encryptionSetId } }),
              },
            },
          },
        },
        networkProfile: { networkInterfaces: [{ id: nic.id, primary: true }] },
        osProfile: osProfile(args),
        // Console and screen of the guest are nobody's outside.
        diagnosticsProfile: { bootDiagnostics: { enabled: false } },
        ...(spot && { priority: "Spot", evictionPolicy: "Deallocate", billingProfile: { maxPrice: -1 } }),
      },
      {
        parent: this,
        dependsOn: [...(diskKey?.grants ?? [])],
        // Azure changes none of these in place, and names and interface are taken while the old machine is there.
        replaceOnChanges: [
          "osProfile",
          "priority",
          "securityProfile",
          "storageProfile.imageReference",
          "storageProfile.osDisk.managedDisk",
        ],
        deleteBeforeReplace: true,
      },
    );
    this.machineId = machine.id;
    this.principalId = machine.identity.apply((identity) => identity?.principalId ?? "");
    this.registerOutputs({ machineId: this.machineId, principalId: this.principalId });
  }
}

const setType = "ConfidentialVmEncryptedWithCustomerKey";

/** Kernel and driver of a confidential GPU fit each other: Azure's own set-up takes unattended upgrades out, too. */
const cloudConfig = `#cloud-config
write_files:
  - path: /etc/apt/apt.conf.d/99trustfoundry
    content: |
      APT::Periodic::Update-Package-Lists "0";
      APT::Periodic::Unattended-Upgrade "0";
`;

function osProfile({ adminUsername, machineName, sshPublicKey }: AzureConfidentialVmArgs) {
  return {
    adminUsername,
    computerName: machineName,
    customData: Buffer.from(cloudConfig).toString("base64"),
    // Extensions and `az vm run-command` run as root in the guest, for whoever may write to the machine in Azure.
    allowExtensionOperations: false,
    linuxConfiguration: {
      disablePasswordAuthentication: true,
      patchSettings: { patchMode: "ImageDefault", assessmentMode: "ImageDefault" },
      ssh: { publicKeys: [{ keyData: sshPublicKey, path: `/home/${adminUsername}/.ssh/authorized_keys` }] },
    },
  };
}

function imageReference(image: AzureImage) {
  if ("communityGalleryImage" in image) return { communityGalleryImageId: image.communityGalleryImage };
  if ("id" in image) return { id: image.id };
  const { publisher, offer, sku, version } = image;
  return { publisher, offer, sku, version };
}
