import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AzureAttestation } from "../../../../components/host/azure/attestation";
import { AzureDiskKey } from "../../../../components/host/azure/diskKey";
import { AzureConfidentialVm } from "../../../../components/host/azure/machine";
import { tokens } from "../../../../components/tokens";
import { azureOutputs, made, quiet } from "../../../support/azure";
import { valueOf } from "../../../support/mocks";
import type { Recording } from "../../../support/registrations";
import { named, recordRegistrations, refusal } from "../../../support/registrations";

const place = { resourceGroupName: "factory", location: "eastus2" };
const tenantId = "00000000-0000-4000-8000-000000000002";
const orchestratorObjectId = "00000000-0000-4000-8000-000000000004";
const subnetId = "/subscriptions/s/subnets/nodes";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations(azureOutputs);
});
// What was refused is registered all the same, a little later.
afterEach(quiet);

describe("AzureConfidentialVm", () => {
  const args = {
    ...place,
    machineName: "h100-a",
    size: "Standard_NCC40ads_H100_v5",
    image: { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "cvm", version: "24.04.202610010" },
    diskEncryption: "DiskWithVMGuestState",
    secureBoot: true,
    osDiskGib: 100,
    spot: false,
    subnetId,
    adminUsername: "operator",
    sshPublicKey: "ssh-ed25519 AAAA nobody",
  } as const;

  it("says that it is confidential in all places, and has neither public address nor fast network", async () => {
    const machine = new AzureConfidentialVm("m", args);
    const children = await made(recording, "m", tokens.azureConfidentialVm);
    expect(children["m-nic"]?.inputs).toEqual({
      ...place,
      networkInterfaceName: "h100-a-nic",
      enableAcceleratedNetworking: false,
      ipConfigurations: [{ name: "internal", privateIPAllocationMethod: "Dynamic", subnet: { id: subnetId } }],
    });
    const inputs = children["m-machine"]?.inputs;
    expect(inputs).toMatchObject({
      vmName: "h100-a",
      hardwareProfile: { vmSize: "Standard_NCC40ads_H100_v5" },
      identity: { type: "SystemAssigned" },
      securityProfile: {
        securityType: "ConfidentialVM",
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      },
      storageProfile: {
        diskControllerType: "SCSI",
        imageReference: args.image,
        osDisk: {
          createOption: "FromImage",
          deleteOption: "Delete",
          diskSizeGB: 100,
          managedDisk: {
            storageAccountType: "Premium_LRS",
            securityProfile: { securityEncryptionType: "DiskWithVMGuestState" },
          },
        },
      },
      diagnosticsProfile: { bootDiagnostics: { enabled: false } },
      networkProfile: { networkInterfaces: [{ id: "m-nic-id", primary: true }] },
    });
    expect(inputs).not.toHaveProperty("priority");
    expect(inputs).not.toHaveProperty("zones");
    expect(await valueOf(machine.principalId)).toBe("principal-of-the-machine");
  });

  it("is entered by key alone, runs nothing that Azure is told to run, and does not update itself", async () => {
    new AzureConfidentialVm("m", args);
    const profile = (await made(recording, "m", tokens.azureConfidentialVm))["m-machine"]?.inputs.osProfile as Record<
      string,
      unknown
    >;
    expect(profile).not.toHaveProperty("adminPassword");
    expect(profile).toMatchObject({
      adminUsername: "operator",
      computerName: "h100-a",
      allowExtensionOperations: false,
      linuxConfiguration: {
        disablePasswordAuthentication: true,
        ssh: { publicKeys: [{ keyData: args.sshPublicKey, path: "/home/operator/.ssh/authorized_keys" }] },
      },
    });
    const cloudConfig = Buffer.from(String(profile.customData), "base64").toString();
    expect(cloudConfig).toContain("#cloud-config\n");
    expect(cloudConfig).toContain('APT::Periodic::Unattended-Upgrade "0";');
  });

  it("waits for the grants of its disk's key, which stands where confidential disks have it", async () => {
    const attestation = new AzureAttestation("maa", { ...place, kind: "shared", uniqueBy: "x" });
    const diskKey = new AzureDiskKey("disk", { ...place, tenantId, orchestratorObjectId, attestation });
    new AzureConfidentialVm("m", { ...args, diskKey });
    await quiet();
    const machine = named(recording, "m-machine");
    expect(machine.inputs).toHaveProperty(
      "storageProfile.osDisk.managedDisk.securityProfile.diskEncryptionSet.id",
      "disk-set-id",
    );
    expect(machine.inputs).not.toHaveProperty("storageProfile.osDisk.managedDisk.diskEncryptionSet");
    expect(machine.dependencies).toEqual(["disk-disks", "disk-orchestrator", "disk-set", "m-nic"]);
  });

  it("is another machine where Azure changes nothing in place", async () => {
    new AzureConfidentialVm("m", args);
    await quiet();
    expect(named(recording, "m-machine").replacedOn).toEqual([
      "osProfile",
      "priority",
      "securityProfile",
      "storageProfile.imageReference",
      "storageProfile.osDisk.managedDisk",
    ]);
  });

  it("may be Spot, stopped when it is taken, at no more than the price on demand", async () => {
    new AzureConfidentialVm("m", { ...args, spot: true });
    expect((await made(recording, "m", tokens.azureConfidentialVm))["m-machine"]?.inputs).toMatchObject({
      priority: "Spot",
      evictionPolicy: "Deallocate",
      billingProfile: { maxPrice: -1 },
    });
  });

  it.each([
    [
      { communityGalleryImage: "/CommunityGalleries/g/Images/i/Versions/1.0.0" },
      { communityGalleryImageId: "/CommunityGalleries/g/Images/i/Versions/1.0.0" },
    ],
    [{ id: "/subscriptions/s/images/mine" }, { id: "/subscriptions/s/images/mine" }],
  ])("of image %j is made from %j", async (image, expected) => {
    new AzureConfidentialVm("m", { ...args, image });
    expect((await made(recording, "m", tokens.azureConfidentialVm))["m-machine"]?.inputs).toHaveProperty(
      "storageProfile.imageReference",
      expected,
    );
  });

  it("is refused by what is documented, not by hints", () => {
    expect(refusal(() => new AzureConfidentialVm("m", { ...args, size: "Standard_NCC80ads_H100_v5" }))).toMatch(
      /size: "Standard_NCC80ads_H100_v5" is not a documented size .*; write Standard_NCC40ads_H100_v5/,
    );
    const stateOnly = {
      ...args,
      diskEncryption: "VMGuestStateOnly",
      diskKey: { encryptionSetId: pulumi.output("x"), grants: [] },
    } as const;
    expect(refusal(() => new AzureConfidentialVm("n", stateOnly))).toContain("does not go with a key of your own");
    expect(() => new AzureConfidentialVm("o", { ...args, secureBoot: false })).not.toThrow();
  });
});
