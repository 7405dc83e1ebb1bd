import { isHint } from "../../../../components/host/fact";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AzureImage, AzureMachineRequest } from "../../../../components/host/azure/machineConstraints";
import { machineDepartures } from "../../../../components/host/azure/machineConstraints";
import { judge } from "../../../../components/host/departures";

const gallery = "/CommunityGalleries/cgpuimage-db870bae-5bcf-4120-9415-b841adef61d3/Images";
const ubuntu: AzureImage = {
  publisher: "Canonical",
  offer: "ubuntu-24_04-lts",
  sku: "cvm",
  version: "24.04.202610010",
};
const ownersSet = {
  encryptionType: "ConfidentialVmEncryptedWithCustomerKey",
  property: "securityProfile",
  region: "eastus2",
} as const;

/** Nothing to be said against it. */
const good: AzureMachineRequest = {
  size: "Standard_NCC40ads_H100_v5",
  region: "eastus2",
  image: ubuntu,
  securityType: "ConfidentialVM",
  diskEncryption: "DiskWithVMGuestState",
  secureBoot: true,
  vTpm: true,
  encryptionSet: ownersSet,
  acceleratedNetworking: false,
  diskController: "SCSI",
  ephemeralPlacement: "CacheDisk",
  driver: { version: "580.95.05", signed: true },
  encryptionAtHost: false,
  spot: false,
  zones: [],
};

it("has nothing against what Azure documents", () => {
  expect(machineDepartures(good)).toEqual([]);
});

describe("one departure each", () => {
  it.each<[string, "error" | "hint", string, Partial<AzureMachineRequest>]>([
    ["azure-size-confidential", "error", "size", { size: "Standard_NCC80ads_H100_v5" }],
    ["azure-size-confidential", "error", "size", { size: "Standard_NC40ads_H100_v5" }],
    ["azure-size-confidential", "error", "size", { size: "Standard_DC4as_v5" }],
    ["azure-size-confidential", "error", "size", { size: "Standard_D4s_v5" }],
    [
      "azure-region-offered",
      "error",
      "region",
      { region: "northeurope", encryptionSet: { ...ownersSet, region: "northeurope" } },
    ],
    ["azure-zones", "hint", "zones", { zones: ["1"] }],
    ["azure-spot", "hint", "spot", { spot: true }],
    ["azure-security-type", "error", "securityType", { securityType: undefined }],
    ["azure-security-type", "error", "securityType", { securityType: "TrustedLaunch" }],
    ["azure-vtpm", "error", "vTpm", { vTpm: false }],
    ["azure-secure-boot", "hint", "secureBoot", { secureBoot: false }],
    ["azure-gpu-driver", "error", "driver.version", { driver: { version: "550.54.15", signed: true } }],
    ["azure-gpu-driver", "error", "driver.version", { driver: { version: "535.247.01", signed: true } }],
    ["azure-gpu-driver", "error", "driver.signed", { driver: { version: "580.95.05", signed: false } }],
    ["azure-image-confidential", "error", "image", { image: { ...ubuntu, sku: "server" } }],
    ["azure-image-confidential", "error", "image", { image: { ...ubuntu, offer: "0001-com-ubuntu-server-jammy" } }],
    ["azure-image-confidential", "hint", "image", { image: { ...ubuntu, publisher: "RedHat" } }],
    [
      "azure-image-confidential",
      "hint",
      "image",
      { image: { communityGalleryImage: "/CommunityGalleries/else/Images/cgpu-NCC-2404-base-image/Versions/1.0.0" } },
    ],
    [
      "azure-image-confidential",
      "hint",
      "image",
      { image: { id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/mine" } },
    ],
    ["azure-image-pinned", "error", "image", { image: { ...ubuntu, version: "latest" } }],
    [
      "azure-image-pinned",
      "error",
      "image",
      { image: { communityGalleryImage: `${gallery}/cgpu-NCC-2404-base-image/versions/latest` } },
    ],
    [
      "azure-image-pinned",
      "error",
      "image",
      { image: { communityGalleryImage: `${gallery}/cgpu-NCC-2404-base-image` } },
    ],
    ["azure-image-generation", "error", "imageGeneration", { imageGeneration: "V1" }],
    [
      "azure-owners-disk-key",
      "error",
      "encryptionSet.property",
      { encryptionSet: { ...ownersSet, property: "managedDisk" } },
    ],
    [
      "azure-owners-disk-key",
      "error",
      "encryptionSet.encryptionType",
      { encryptionSet: { ...ownersSet, encryptionType: "EncryptionAtRestWithCustomerKey" } },
    ],
    [
      "azure-owners-disk-key",
      "error",
      "encryptionSet.region",
      { encryptionSet: { ...ownersSet, region: "centralus" } },
    ],
    ["azure-owners-disk-key", "error", "diskEncryption", { diskEncryption: "VMGuestStateOnly" }],
    ["azure-encryption-at-host", "hint", "encryptionAtHost", { encryptionAtHost: true }],
    ["azure-plain-network", "error", "acceleratedNetworking", { acceleratedNetworking: true }],
    ["azure-plain-disks", "error", "diskController", { diskController: "NVMe" }],
    ["azure-plain-disks", "error", "ephemeralPlacement", { ephemeralPlacement: "NvmeDisk" }],
  ])("%s is an %s at %s: %j", (constraint, kind, path, change) => {
    const found = machineDepartures({ ...good, ...change }, "machines[0]");
    expect(found.map((each) => [each.constraint, isHint(each.fact) ? "hint" : "error", each.path])).toEqual([
      [constraint, kind, path === "region" ? "region" : `machines[0].${path}`],
    ]);
    expect(found[0]?.message).toMatch(/write |take |leave |make sure/);
  });

  it.each<[string, Partial<AzureMachineRequest>]>([
    [
      "Secure Boot is optional where the guest state alone is sealed",
      { diskEncryption: "VMGuestStateOnly", secureBoot: false, encryptionSet: undefined },
    ],
    [
      "encryption at host beside it",
      { diskEncryption: "VMGuestStateOnly", encryptionAtHost: true, encryptionSet: undefined },
    ],
    [
      "an unsigned driver without Secure Boot",
      {
        diskEncryption: "VMGuestStateOnly",
        secureBoot: false,
        encryptionSet: undefined,
        driver: { version: "580.95.05", signed: false },
      },
    ],
    [
      "Azure's own prepared image",
      { image: { communityGalleryImage: `${gallery}/cgpu-NCC-2204-base-image/versions/1.0.3` } },
    ],
    ["another spelling of region and size", { size: "standard_ncc40ads_h100_v5" }],
  ])("none: %s", (_title, change) => {
    const { encryptionSet, ...rest } = { ...good, ...change };
    expect(machineDepartures({ ...rest, ...(encryptionSet && { encryptionSet }) })).toEqual([]);
  });

  it("asks for a way of encryption, in Azure's spelling", () => {
    const { encryptionSet, ...platform } = good;
    expect(encryptionSet).toBeDefined();
    const said = (diskEncryption: string | undefined) =>
      machineDepartures({ ...platform, diskEncryption }).map(({ constraint, message }) => [constraint, message]);
    expect(said(undefined)).toEqual([["azure-disk-encryption", expect.stringContaining("is missing")]]);
    expect(said("DISK_WITH_VM_GUEST_STATE")).toEqual([
      ["azure-disk-encryption", expect.stringContaining("in this spelling")],
    ]);
    expect(said("NonPersistedTPM")).toEqual([["azure-disk-encryption", expect.stringContaining("not found in use")]]);
  });
});

describe("whatever is asked for", () => {
  const request: fc.Arbitrary<AzureMachineRequest> = fc
    .record({
      size: fc.constantFrom(
        "Standard_NCC40ads_H100_v5",
        "Standard_NCC80ads_H100_v5",
        "Standard_NC40ads_H100_v5",
        "Standard_DC4as_v5",
        "Standard_D4s_v5",
      ),
      region: fc.constantFrom("eastus2", "centralus", "westeurope", "northeurope", "eastus"),
      image: fc.constantFrom<AzureImage>(
        ubuntu,
        { ...ubuntu, version: "latest" },
        { ...ubuntu, sku: "server" },
        { ...ubuntu, offer: "0001-com-ubuntu-confidential-vm-jammy", sku: "22_04-lts-cvm", version: "22.04.202610010" },
        { communityGalleryImage: `${gallery}/cgpu-NCC-2404-base-image/versions/1.0.3` },
        { communityGalleryImage: `${gallery}/cgpu-NCC-2404-base-image/versions/latest` },
      ),
      securityType: fc.constantFrom("ConfidentialVM" as const, "TrustedLaunch" as const, undefined),
      diskEncryption: fc.constantFrom(
        "DiskWithVMGuestState",
        "VMGuestStateOnly",
        "NonPersistedTPM",
        "DISK_WITH_VM_GUEST_STATE",
        undefined,
      ),
      secureBoot: fc.boolean(),
      vTpm: fc.boolean(),
      set: fc.constantFrom(
        undefined,
        ownersSet,
        { ...ownersSet, property: "managedDisk" as const },
        {
          ...ownersSet,
          encryptionType: "EncryptionAtRestWithCustomerKey",
        },
      ),
      encryptionAtHost: fc.boolean(),
      acceleratedNetworking: fc.boolean(),
      diskController: fc.constantFrom("SCSI" as const, "NVMe" as const),
      spot: fc.boolean(),
      driver: fc.constantFrom(undefined, "580.95.05", "550.90.07", "550.127.05"),
      signed: fc.boolean(),
    })
    .map(({ set, driver, signed, ...rest }) => ({
      ...rest,
      ...(set && { encryptionSet: { ...set, region: rest.region } }),
      ...(driver !== undefined && { driver: { version: driver, signed } }),
    }));

  /** Rows of Azure's table, written down again: whether a machine of this kind comes up, and can attest. */
  function comesUp(machine: AzureMachineRequest): boolean {
    const { image, diskEncryption, driver, encryptionSet } = machine;
    const images = ["Canonical/ubuntu-24_04-lts/cvm", "Canonical/0001-com-ubuntu-confidential-vm-jammy/22_04-lts-cvm"];
    const bootable =
      "publisher" in image
        ? images.includes(`${image.publisher}/${image.offer}/${image.sku}`) && image.version !== "latest"
        : "communityGalleryImage" in image && !image.communityGalleryImage.endsWith("latest");
    return (
      machine.size === "Standard_NCC40ads_H100_v5" &&
      ["eastus2", "centralus", "westeurope"].includes(machine.region) &&
      bootable &&
      machine.securityType === "ConfidentialVM" &&
      ["DiskWithVMGuestState", "VMGuestStateOnly", "NonPersistedTPM"].includes(diskEncryption ?? "") &&
      (machine.vTpm || diskEncryption === "NonPersistedTPM") &&
      (!encryptionSet ||
        (diskEncryption === "DiskWithVMGuestState" &&
          encryptionSet.property === "securityProfile" &&
          encryptionSet.encryptionType === "ConfidentialVmEncryptedWithCustomerKey")) &&
      machine.acceleratedNetworking !== true &&
      machine.diskController !== "NVMe" &&
      driver?.version !== "550.90.07" &&
      (!driver || driver.signed || !machine.secureBoot)
    );
  }

  it("is accepted if, and only if, it comes up; a refusal names path and remedy", () => {
    fc.assert(
      fc.property(request, (machine) => {
        const { errors } = judge(machineDepartures(machine, "machines[2]"));
        expect(errors.length === 0).toBe(comesUp(machine));
        for (const error of errors) expect(error).toMatch(/^(machines\[2\]\.\w+(\.\w+)?|region): .+; (so )?\S/);
      }),
      { numRuns: 2000 },
    );
  });

  it("is warned about what only hints speak against, and about nothing else", () => {
    fc.assert(
      fc.property(request, (machine) => {
        const hinted = [
          ...(machine.spot ? ["azure-spot"] : []),
          ...(machine.diskEncryption === "NonPersistedTPM" ? ["azure-disk-encryption"] : []),
          ...(machine.diskEncryption === "DiskWithVMGuestState" && !machine.secureBoot ? ["azure-secure-boot"] : []),
          ...(machine.diskEncryption === "DiskWithVMGuestState" && machine.encryptionAtHost
            ? ["azure-encryption-at-host"]
            : []),
        ];
        const departures = machineDepartures(machine);
        expect(
          departures
            .filter(({ fact }) => isHint(fact))
            .map(({ constraint }) => constraint)
            .sort(),
        ).toEqual(hinted.sort());
        expect(judge(departures, hinted).warnings).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it("is accepted in thousands of forms, so that the above says something", () => {
    const accepted = fc
      .sample(request.filter(comesUp), { numRuns: 50, seed: 6 })
      .map((machine) => JSON.stringify(machine));
    expect(new Set(accepted).size).toBeGreaterThan(20);
  });
});
