import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { azureNodes } from "../../../stacks/clouds/azure";
import { ConfigurationError } from "../../../stacks/config/errors";
import { azureConfig, azureOutputs, recordedAzure } from "../../support/azure";
import { settled, valueOf } from "../../support/mocks";
import { named, recordRegistrations } from "../../support/registrations";

const keyUrl = "https://acme.managedhsm.azure.net/keys/disks/0123456789abcdef0123456789abcdef";

/** The values of a program's outputs. */
function outputsOf(outputs: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  return valueOf(pulumi.output(outputs).apply((values): Record<string, unknown> => values));
}

/** What a program has against settings, before anything is registered. */
async function problems(...args: Parameters<typeof azureConfig>): Promise<readonly string[]> {
  const recording = recordRegistrations(azureOutputs);
  const config = azureConfig(...args);
  const error: unknown = await azureNodes(config, config.azure).catch((reason: unknown) => reason);
  await settled();
  expect(recording.resources).toEqual([]);
  if (error instanceof ConfigurationError) return error.problems;
  throw new Error("nothing was refused", { cause: error });
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a cluster with a pool", () => {
  it("goes through one provider of the named subscription, which has no credentials", async () => {
    const { recording } = await recordedAzure(azureConfig("azure-aks"));
    const provider = named(recording, "azure");
    expect(provider.inputs).toEqual({
      subscriptionId: "00000000-0000-4000-8000-000000000001",
      tenantId: "00000000-0000-4000-8000-000000000002",
      location: "eastus2",
      disablePulumiPartnerId: "true",
      environment: "public",
    });
    const resources = recording.resources.filter(({ type }) => type.startsWith("azure-native:"));
    expect(resources.length).toBeGreaterThan(10);
    for (const each of resources) expect([each.name, each.provider]).toEqual([each.name, `${provider.urn}::azure-id`]);
  });

  it("makes network, identity and its right before the cluster, and the cluster before the pool", async () => {
    const { recording, nodes } = await recordedAzure(azureConfig("azure-aks"));
    expect(named(recording, "network-nodes-subnet").dependencies).toEqual(
      expect.arrayContaining(["network-nat", "network-nodes", "network-virtual"]),
    );
    expect(named(recording, "cluster-network").dependencies).toEqual(["cluster-identity", "network-nodes-subnet"]);
    expect(named(recording, "cluster-aks").dependencies).toEqual(
      expect.arrayContaining(["cluster-identity", "cluster-network", "network-nodes-subnet"]),
    );
    expect(named(recording, "h100-pool").dependencies).toEqual(
      expect.arrayContaining(["cluster-aks", "network-nodes-subnet", "resource-group"]),
    );
    expect(nodes.pools).toHaveLength(1);
  });

  it("says who holds keys, and what to do next", async () => {
    const { nodes } = await recordedAzure(azureConfig("azure-aks"));
    expect(await outputsOf(nodes.outputs)).toEqual({
      resourceGroup: "acme-azure-factory",
      region: "eastus2",
      egressAddress: "192.0.2.10",
      diskKeys: { nodes: "Azure, under its own key", machines: "Azure, under its own key" },
      cluster: { name: "factory", resourceGroup: "acme-azure-factory", oidcIssuerUrl: "https://issuer.example/" },
      nodePools: ["h100"],
      machines: {},
      sizePolicy: "size-policy-assignment-id",
    });
    const steps = nodes.nextSteps.join("\n");
    expect(steps).toContain("Standard NCCads2023 Family vCPUs is 80 or more");
    expect(steps).toContain("az aks get-credentials --subscription 00000000-0000-4000-8000-000000000001");
    expect(steps).toContain("trustfoundry:cluster: {context: factory}");
    expect(steps).toContain("nvidia-smi conf-compute -srs 1");
    expect(steps).toContain("az vm create --resource-group acme-azure-factory --name probe");
    expect(steps).toContain("Azure Batch");
  });

  it("does not send people to the cluster again once it has a context", async () => {
    const config = { ...azureConfig("azure-aks"), cluster: { context: "factory" } };
    const { nodes } = await recordedAzure(config);
    expect(nodes.nextSteps.join("\n")).not.toContain("get-credentials");
  });

  it("leaves a cluster that is there where it is", async () => {
    const nodeSubnetId =
      "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/gpu";
    const cluster = { existing: "prod", resourceGroup: "prod-group", nodeSubnetId, kubernetesVersion: "1.34.2" };
    const said = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const { recording, nodes } = await recordedAzure(azureConfig("azure-aks", { cluster, denyOtherSizes: false }));
    expect(said.mock.calls.join("\n")).toMatch(/azure\.cluster\.existing: nobody here looks at prod, whose admin/);
    const types = recording.resources.map(({ type }) => type).filter((type) => type.startsWith("azure-native:"));
    expect(types).toEqual(["azure-native:resources:ResourceGroup", "azure-native:containerservice:AgentPool"]);
    expect(recording.resources.at(-1)?.inputs).toMatchObject({
      resourceGroupName: "prod-group",
      resourceName: "prod",
      vnetSubnetID: nodeSubnetId,
      orchestratorVersion: "1.34.2",
    });
    const outputs = await outputsOf(nodes.outputs);
    expect(outputs.cluster).toEqual({ name: "prod", resourceGroup: "prod-group" });
    expect(outputs).not.toHaveProperty("egressAddress");
    expect(outputs).not.toHaveProperty("sizePolicy");
  });
});

describe("a machine", () => {
  it("is made after its disk's key, the encryption set and both grants", async () => {
    const { recording, nodes } = await recordedAzure(azureConfig("azure-machine"));
    expect(named(recording, "h100-a-machine").dependencies).toEqual(
      expect.arrayContaining(["disk-key-disks", "disk-key-orchestrator", "disk-key-set", "h100-a-nic"]),
    );
    const outputs = await outputsOf(nodes.outputs);
    expect(outputs).toMatchObject({
      attestationAuthority: "https://sharedweu.weu.attest.azure.net",
      machines: { "h100-a": "h100-a-machine-id" },
      nodePools: [],
    });
    expect(outputs).not.toHaveProperty("cluster");
    expect(JSON.stringify(outputs.diskKeys)).toContain("sees no GPU");
  });

  it("waits for whoever has an external key to grant it", async () => {
    const said = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const waiting = await recordedAzure(azureConfig("azure-machine", { diskKey: { kind: "external", keyUrl } }));
    const machines = ({ recording }: typeof waiting) =>
      recording.resources.filter(({ type }) => type === "azure-native:compute:VirtualMachine");
    expect(machines(waiting)).toEqual([]);
    expect(said.mock.calls.join("\n")).toContain("diskKey.granted: false, so h100-a will not be made");
    expect(waiting.nodes.nextSteps.join("\n")).toContain("diskKey.granted: true");
    expect(await outputsOf(waiting.nodes.outputs)).toMatchObject({
      diskKeys: {
        grantTo: "principal-of-the-set",
        keyUrl,
        releasePolicy: expect.stringContaining('"authority":"https://sharedweu.weu.attest.azure.net"'),
      },
    });

    const granted = await recordedAzure(
      azureConfig("azure-machine", { diskKey: { kind: "external", keyUrl, granted: true } }),
    );
    expect(machines(granted)).toHaveLength(1);
    expect(granted.nodes.nextSteps.join("\n")).not.toContain("grantTo");
  });

  it("is tied to an attestation provider of one's own, with a warning", async () => {
    const said = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const { nodes } = await recordedAzure(azureConfig("azure-machine", { attestation: "own" }));
    expect((await outputsOf(nodes.outputs)).attestationAuthority).toMatch(
      /^https:\/\/tf[0-9a-f]{10}\.eus2\.attest\.azure\.net$/,
    );
    expect(said.mock.calls.join("\n")).toContain("azure-own-attestation");
  });
});

describe("hints", () => {
  it("are warnings that name themselves, until they are acknowledged", async () => {
    const said = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const spot = [{ name: "h100", maxCount: 1, spot: true }];
    await recordedAzure(azureConfig("azure-aks", { nodePools: spot }));
    expect(said.mock.calls.join("\n")).toMatch(/providers\[0\]\.azure\.nodePools\[0\]\.spot: true .*azure-spot/);
    said.mockClear();
    await recordedAzure(azureConfig("azure-aks", { nodePools: spot, acknowledged: ["azure-spot"] }));
    expect(said).not.toHaveBeenCalled();
  });

  it("do not cover pools whose disks a key of one's own does not reach", async () => {
    const said = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const { cluster, nodePools } = azureConfig("azure-aks").azure;
    const config = azureConfig("azure-machine", { cluster, nodePools });
    const [provider] = config.providers;
    if (provider) Object.assign(provider, { kubernetesVersion: "1.34" });
    await recordedAzure(config);
    expect(said.mock.calls.join("\n")).toContain("disks of the cluster's nodes stay under Azure's own keys");
  });
});

describe("refusals", () => {
  const path = "trustfoundry:providers[0].azure";
  it.each([
    [{ region: "northeurope" }, `${path}.region: "northeurope" does not offer Standard_NCC40ads_H100_v5`],
    [
      { nodePools: [{ name: "h100", size: "Standard_NCC80ads_H100_v5" }] },
      `${path}.nodePools[0].size: "Standard_NCC80ads_H100_v5" is not a documented size`,
    ],
    [{ network: { cidr: "10.244.0.0/16" } }, `${path}.network.cidr: "10.244.0.0/16" overlaps with 10.244.0.0/16`],
    [
      { acknowledged: ["azure-region-offered"], region: "westus" },
      `${path}.acknowledged: azure-region-offered is no hint`,
    ],
    [{ acknowledged: ["azure-spott"] }, `${path}.acknowledged: azure-spott is the name of no constraint`],
  ])("of %j name path and remedy, before anything is registered", async (changes, expected) => {
    const found = await problems("azure-aks", changes);
    expect(found.join("\n")).toContain(expected);
    for (const problem of found) expect(problem).toMatch(/; write |remove it|or /);
  });

  it("say a region once, however many ask for it", async () => {
    const { nodePools } = azureConfig("azure-aks").azure;
    const two = [...nodePools, { name: "more", maxCount: 1 }];
    expect(await problems("azure-aks", { region: "westus", nodePools: two })).toHaveLength(1);
  });

  it("compare the cluster's version with what is made for it", async () => {
    const config = azureConfig("azure-aks");
    const [provider] = config.providers;
    if (provider) Object.assign(provider, { kubernetesVersion: "1.36" });
    await expect(azureNodes(config, config.azure)).rejects.toThrow(
      'trustfoundry:providers[0].kubernetesVersion: "1.36" is not the version of azure.cluster; write "1.34"',
    );
  });
});
