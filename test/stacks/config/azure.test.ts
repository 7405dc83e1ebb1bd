import { describe, expect, it } from "vitest";
import { parseAs } from "../../../stacks/config/load";
import { ConfigurationError } from "../../../stacks/config/errors";
import { azureConfig, azureSections } from "../../support/azure";

const path = "trustfoundry:providers[0].azure";
const keyUrl = "https://acme.managedhsm.azure.net/keys/disks/0123456789abcdef0123456789abcdef";

function problems(
  sample: "azure-aks" | "azure-machine",
  changes: Readonly<Record<string, unknown>>,
): readonly string[] {
  try {
    azureConfig(sample, changes);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe("the azure section", () => {
  it("needs little: the rest is what an operator would want", () => {
    const { azure } = azureConfig("azure-machine");
    expect(azure).toMatchObject({
      network: { cidr: "10.42.0.0/16" },
      attestation: "shared",
      denyOtherSizes: true,
      acknowledged: [],
      nodePools: [],
    });
    expect(azure.machines[0]).toMatchObject({
      size: "Standard_NCC40ads_H100_v5",
      diskEncryption: "DiskWithVMGuestState",
      secureBoot: true,
      osDiskGib: 100,
      spot: false,
    });
    const [pool] = azureConfig("azure-aks", { nodePools: [{ name: "h100" }] }).azure.nodePools;
    expect(pool).toEqual({
      name: "h100",
      size: "Standard_NCC40ads_H100_v5",
      minCount: 0,
      maxCount: 1,
      spot: false,
      osSku: "Ubuntu",
    });
  });

  it("asks whether a key elsewhere has been granted, and takes nothing for granted", () => {
    const { diskKey } = azureConfig("azure-machine", { diskKey: { kind: "external", keyUrl } }).azure;
    expect(diskKey).toEqual({ kind: "external", keyUrl, granted: false });
  });

  it.each<["azure-aks" | "azure-machine", Record<string, unknown>, string]>([
    [
      "azure-machine",
      { machines: [] },
      `${path}.nodePools: are none, and machines neither; write at least one of either`,
    ],
    [
      "azure-aks",
      { cluster: undefined },
      `${path}.cluster: is missing, and nodePools need one; write {existing: <name>, ...}`,
    ],
    [
      "azure-aks",
      { cluster: { existing: "prod" } },
      `${path}.cluster.resourceGroup: missing; add the cluster's own resource group`,
    ],
    [
      "azure-aks",
      { diskKey: { kind: "external", keyUrl } },
      "would open no disk: it is for machines, and Azure documents no key of yours for nodes of AKS; write {kind: platform}",
    ],
    ["azure-machine", { diskKey: { kind: "external", keyUrl: keyUrl.slice(0, -33) } }, `${path}.diskKey.keyUrl`],
    [
      "azure-aks",
      { nodePools: [{ name: "h100", minCount: 3 }] },
      `${path}.nodePools[0].minCount: 3 is more than maxCount, 1`,
    ],
    [
      "azure-aks",
      { nodePools: [{ name: "h100" }, { name: "h100" }] },
      `${path}.nodePools[1].name: "h100" stands twice`,
    ],
    ["azure-aks", { nodePools: [{ name: "GPU-pool" }] }, `${path}.nodePools[0].name: "GPU-pool" is not right`],
    [
      "azure-aks",
      { nodePools: [{ name: "h100", osSku: "Windows2022" }] },
      `${path}.nodePools[0].osSku: "Windows2022" is not known`,
    ],
    ["azure-aks", { subscriptionId: "prod" }, `${path}.subscriptionId`],
    [
      "azure-machine",
      { diskKey: { kind: "vault", orchestratorObjectId: "bf7b6499-ff71-4aa2-97a4-f372087be7f0" } },
      `${path}.diskKey.orchestratorObjectId: "bf7b6499-ff71-4aa2-97a4-f372087be7f0" is its appId, the same in all tenants; write its object id in yours`,
    ],
    [
      "azure-aks",
      { acknowledged: ["azure-spot\n✓ nothing is refused"] },
      `is not right; write the name of a constraint, as warnings say it`,
    ],
  ])("of %s with %j is refused with a remedy", (sample, changes, expected) => {
    const found = problems(sample, changes);
    expect(found.join("\n")).toContain(expected);
  });

  it.each([
    { publisher: "Canonical", offer: "ubuntu-24_04-lts", sku: "cvm", version: "latest" },
    { communityGalleryImage: "/CommunityGalleries/g/Images/i/Versions/latest" },
    { communityGalleryImage: "/CommunityGalleries/g/Images/i" },
  ])("does not take an image that moves: %j", (image) => {
    const [machine] = azureConfig("azure-machine").azure.machines;
    expect(problems("azure-machine", { machines: [{ ...machine, image }] }).join("\n")).toContain(
      `${path}.machines[0].image`,
    );
  });
});

it("takes one key of whoever may log in, and no second one behind a line's end", () => {
  const [machine] = azureConfig("azure-machine").azure.machines;
  const keyed = (sshPublicKey: string) => problems("azure-machine", { machines: [{ ...machine, sshPublicKey }] });
  expect(keyed("ssh-ed25519 AAAA operator of the night")).toEqual([]);
  expect(keyed("ssh-ed25519 AAAA\nssh-ed25519 BBBB").join("\n")).toContain(`${path}.machines[0].sshPublicKey`);
});

it("is not for roles and isolation units that place pods which are TEEs of their own", () => {
  const asPods = { ...azureSections("azure-aks"), isolationUnit: "pod" };
  expect(() => parseAs("infrastructure", asPods)).toThrow("there the whole node is the TEE");
});
