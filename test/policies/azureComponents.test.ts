import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Resource } from "../../policies/rule";
import { rules } from "../../policies/rules";
import type { AzureConfig } from "../support/azure";
import { azureConfig, recordedAzure } from "../support/azure";
import { findingsOfAll, registeredResources } from "./support";

const nodeSubnetId = "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/gpu";
const keyUrl = "https://acme.managedhsm.azure.net/keys/disks/0123456789abcdef0123456789abcdef";
const spotPool = { name: "spot", maxCount: 4, spot: true };
const [machine] = azureConfig("azure-machine").azure.machines;
const galleryImage =
  "/CommunityGalleries/cgpuimage-db870bae-5bcf-4120-9415-b841adef61d3/Images/cgpu-NCC-2404-base-image/Versions/1.0.3";

/** Every way in which the components are put together, each a stack of its own. */
const stacks: Readonly<Record<string, () => AzureConfig>> = {
  "a cluster with a pool": () => azureConfig("azure-aks"),
  "a Spot pool in a cluster that is there": () =>
    azureConfig("azure-aks", {
      denyOtherSizes: false,
      nodePools: [spotPool],
      cluster: { existing: "prod", resourceGroup: "prod", nodeSubnetId, kubernetesVersion: "1.34" },
    }),
  "a machine with a key in a vault": () => azureConfig("azure-machine"),
  "machines of all kinds with a key elsewhere": () =>
    azureConfig("azure-machine", {
      region: "Central US",
      diskKey: { kind: "external", keyUrl, granted: true },
      attestation: "own",
      machines: [
        { ...machine, name: "spot", spot: true },
        { ...machine, name: "prepared", image: { communityGalleryImage: galleryImage } },
      ],
    }),
  "a machine under Azure's key": () =>
    azureConfig("azure-machine", {
      diskKey: { kind: "platform" },
      machines: [{ ...machine, diskEncryption: "VMGuestStateOnly" }],
    }),
  "a key for an attestation provider of one's own": () =>
    azureConfig("azure-machine", { attestation: "own", region: "eastus2" }),
};

beforeAll(() => {
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});
afterAll(() => {
  vi.restoreAllMocks();
});

describe.each(Object.keys(stacks))("components of Azure: %s", (stack) => {
  let resources: readonly Resource[];

  beforeAll(async () => {
    resources = registeredResources((await recordedAzure(stacks[stack]!())).recording);
  }, 60_000);

  it("pass every rule of the strict pack", () => {
    expect(findingsOfAll(resources)).toEqual([]);
  });
});

it("are looked at by every rule about Azure's nodes and keys: passing is no accident", async () => {
  const all: Resource[] = [];
  for (const stack of Object.values(stacks)) all.push(...registeredResources((await recordedAzure(stack())).recording));
  const about = rules.filter(({ platforms }) => platforms.length === 1 && platforms[0] === "azure");
  const idle = about.filter((rule) => !rule.evaluate(all).applies).map(({ id }) => id);
  // About disks that are made without their machine.
  expect(idle.sort()).toEqual(["azure-confidential-disk"]);
}, 60_000);
