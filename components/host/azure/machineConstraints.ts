import { failsAttestation, azureGpuImages, azureLimits, azureUbuntuImages, gpuDriver } from "../offerings";
import type { Departure } from "../departures";
import type { AzureSizeRequest, Constraint } from "./constraints";
import { departuresOf, sizeConstraints } from "./constraints";

/** An image as Azure names it. */
export type AzureImage =
  | { readonly publisher: string; readonly offer: string; readonly sku: string; readonly version: string }
  | { readonly communityGalleryImage: string }
  | { readonly id: string };

/** A virtual machine as far as constraints go; names are those of the configuration where it has them. */
export interface AzureMachineRequest extends AzureSizeRequest {
  readonly image: AzureImage;
  /** Hyper-V generation of an image of one's own. Default: not said. */
  readonly imageGeneration?: "V1" | "V2";
  readonly securityType: "ConfidentialVM" | "TrustedLaunch" | undefined;
  /** `securityEncryptionType` of the OS disk. */
  readonly diskEncryption: string | undefined;
  readonly secureBoot: boolean;
  readonly vTpm: boolean;
  /** The owner's disk encryption set: its kind, where it stands, and its region. Default: Azure's own key. */
  readonly encryptionSet?: {
    readonly encryptionType: string;
    readonly property: "securityProfile" | "managedDisk";
    readonly region: string;
  };
  readonly encryptionAtHost?: boolean;
  readonly acceleratedNetworking?: boolean;
  readonly diskController?: "SCSI" | "NVMe";
  /** Where an ephemeral OS disk lies. */
  readonly ephemeralPlacement?: "CacheDisk" | "ResourceDisk" | "NvmeDisk";
  /** Driver of the GPU that the image, or whoever prepares it, brings. Default: not said. */
  readonly driver?: { readonly version: string; readonly signed: boolean };
}

const encryptionTypes = ["DiskWithVMGuestState", "VMGuestStateOnly", "NonPersistedTPM"];
const encryptionSetType = "ConfidentialVmEncryptedWithCustomerKey";

export const machineConstraints: readonly Constraint<AzureMachineRequest>[] = [
  ...sizeConstraints,
  {
    name: "azure-security-type",
    fact: azureLimits.securityType,
    *check({ securityType }) {
      if (securityType !== "ConfidentialVM")
        yield {
          path: "securityType",
          message: `"${securityType ?? "none"}" leaves the memory open; write ConfidentialVM`,
        };
    },
  },
  {
    name: "azure-disk-encryption",
    fact: azureLimits.encryptionType,
    *check({ diskEncryption }) {
      if (diskEncryption === undefined)
        yield {
          path: "diskEncryption",
          message: "is missing, and Azure refuses a ConfidentialVM without; write DiskWithVMGuestState",
        };
      else if (!encryptionTypes.includes(diskEncryption))
        yield {
          path: "diskEncryption",
          message: `"${diskEncryption}" is no way of encryption; write ${encryptionTypes.join(" or ")} in this spelling`,
          fact: azureLimits.encryptionSpelling,
        };
      else if (diskEncryption === "NonPersistedTPM")
        yield {
          path: "diskEncryption",
          message: `"${diskEncryption}" was not found in use with a confidential GPU; write DiskWithVMGuestState`,
          fact: azureLimits.nonPersistedTpm,
        };
    },
  },
  {
    name: "azure-vtpm",
    fact: azureLimits.vTpm,
    *check({ vTpm, diskEncryption }) {
      if (!vTpm && diskEncryption !== "NonPersistedTPM")
        yield { path: "vTpm", message: "false leaves the machine without evidence, and Azure refuses it; write true" };
    },
  },
  {
    name: "azure-secure-boot",
    fact: azureLimits.secureBoot,
    *check({ secureBoot, diskEncryption }) {
      // Optional for VMGuestStateOnly; for whole disks sources contradict each other.
      if (!secureBoot && diskEncryption === "DiskWithVMGuestState")
        yield { path: "secureBoot", message: "false lets unsigned software boot, and Azure may refuse it; write true" };
    },
  },
  {
    name: "azure-gpu-driver",
    fact: gpuDriver.fact,
    *check({ driver, secureBoot }) {
      if (driver && failsAttestation(driver.version))
        yield {
          path: "driver.version",
          message: `"${driver.version}" can fail attestation; write ${gpuDriver.floor} or newer`,
        };
      if (driver && !driver.signed && secureBoot)
        yield {
          path: "driver.signed",
          message: "false does not load under Secure Boot; take a signed driver or a prepared image",
          fact: azureLimits.driverSigned,
        };
    },
  },
  { name: "azure-image-confidential", fact: azureLimits.imageConfidential, check: ({ image }) => imageProblems(image) },
  {
    name: "azure-image-pinned",
    fact: azureLimits.imageDrift,
    *check({ image }) {
      const text = "version" in image ? image.version : "id" in image ? image.id : image.communityGalleryImage;
      const [, version] = "version" in image ? [text, text] : (/\/versions\/([^/]+)\/?$/i.exec(text) ?? []);
      // An image of one's own that lies in no gallery has no versions.
      if (version === undefined && "id" in image && !/\/galleries\//i.test(image.id)) return;
      if (!/^\d+\.\d+\.\d+$/.test(version ?? ""))
        yield {
          path: "image",
          message: `"${text}" does not end in one version, and kernel and driver drift apart; write it in digits, never latest`,
        };
    },
  },
  {
    name: "azure-image-generation",
    fact: azureLimits.generation,
    *check({ imageGeneration }) {
      if (imageGeneration === "V1")
        yield { path: "imageGeneration", message: `"V1" does not boot there; take an image of generation V2` };
    },
  },
  {
    name: "azure-owners-disk-key",
    fact: azureLimits.ownersKey,
    *check({ encryptionSet, diskEncryption, region }) {
      if (!encryptionSet) return;
      const { encryptionType, property } = encryptionSet;
      if (diskEncryption !== "DiskWithVMGuestState")
        yield {
          path: "diskEncryption",
          message: `"${diskEncryption ?? "none"}" does not go with a key of your own; write DiskWithVMGuestState`,
        };
      if (property !== "securityProfile")
        yield { path: "encryptionSet.property", message: `"${property}" is for ordinary disks; write securityProfile` };
      if (encryptionType !== encryptionSetType)
        yield {
          path: "encryptionSet.encryptionType",
          message: `"${encryptionType}" is for ordinary disks; write ${encryptionSetType}`,
          fact: azureLimits.encryptionSet,
        };
      if (encryptionSet.region !== region)
        yield { path: "encryptionSet.region", message: `"${encryptionSet.region}" is another region; write ${region}` };
    },
  },
  {
    name: "azure-encryption-at-host",
    fact: azureLimits.encryptionAtHost,
    *check({ encryptionAtHost, diskEncryption }) {
      if (encryptionAtHost === true && diskEncryption === "DiskWithVMGuestState")
        yield {
          path: "encryptionAtHost",
          message: "true beside DiskWithVMGuestState was refused for long; leave it out",
        };
    },
  },
  {
    name: "azure-plain-network",
    fact: azureLimits.acceleratedNetworking,
    *check({ acceleratedNetworking }) {
      if (acceleratedNetworking === true)
        yield { path: "acceleratedNetworking", message: "true is not supported by the size; write false" };
    },
  },
  {
    name: "azure-plain-disks",
    fact: azureLimits.nvme,
    *check({ diskController, ephemeralPlacement }) {
      if (diskController === "NVMe")
        yield { path: "diskController", message: `"NVMe" is not supported by confidential GPU machines; write SCSI` };
      if (ephemeralPlacement === "NvmeDisk")
        yield {
          path: "ephemeralPlacement",
          message: `"NvmeDisk" is a disk that the size does not have; write CacheDisk`,
        };
    },
  },
];

export function machineDepartures(request: AzureMachineRequest, at?: string): Departure[] {
  return departuresOf(machineConstraints, request, at);
}

function* imageProblems(image: AzureImage) {
  const canonical = azureUbuntuImages.map(({ offer, sku }) => `${offer} with ${sku}`).join(" or ");
  if ("publisher" in image) {
    const named = `"${image.publisher}:${image.offer}:${image.sku}"`;
    if (image.publisher.toLowerCase() !== "canonical")
      yield {
        path: "image",
        message: `${named} may have no form for confidential machines; write Canonical's ${canonical}`,
        fact: azureLimits.imageUnknown,
      };
    else if (!azureUbuntuImages.some(({ offer, sku }) => offer === image.offer && sku === image.sku))
      yield { path: "image", message: `${named} has no bootloader for confidential machines; write ${canonical}` };
    return;
  }
  if ("communityGalleryImage" in image) {
    const [, gallery, name] =
      /^\/CommunityGalleries\/([^/]+)\/Images\/([^/]+)/i.exec(image.communityGalleryImage) ?? [];
    if (gallery !== azureGpuImages.gallery || name === undefined || !azureGpuImages.images.includes(name))
      yield {
        path: "image",
        message: `"${image.communityGalleryImage}" is none of Azure's; anybody publishes in the community, so write one of ${azureGpuImages.images.join(", ")} of ${azureGpuImages.gallery}`,
        fact: azureLimits.imageUnknown,
      };
    return;
  }
  yield {
    path: "image",
    message: `"${image.id}" is an image of your own; make sure that it is generation V2 and made for confidential machines`,
    fact: azureLimits.imageUnknown,
  };
}
