import { describe, expect, it } from "vitest";
import { azureRules } from "../../../tooling/clouds/azure/rules";
import { gcpRules } from "../../../tooling/clouds/gcp/rules";
import { SimulatedProvider } from "../../../tooling/clouds/simulatedProvider";
import { azureTypes, gcpTypes, secretValue, unknownValue, urnOf } from "./support";

const azure = () =>
  new SimulatedProvider(azureTypes, azureRules, { subscriptionId: "sub", tenantId: "tenant", region: "eastus2" });
const gcp = () =>
  new SimulatedProvider(gcpTypes, gcpRules, { project: "acme", projectNumber: "123", region: "us-central1" });

type Inputs = Readonly<Record<string, unknown>>;

/** Checks and creates, as the engine does. */
async function made(provider: SimulatedProvider, type: string, inputs: Inputs, name = "it") {
  const urn = urnOf(type, name);
  const { inputs: checked, failures = [] } = await provider.check(urn, {}, inputs);
  expect(failures).toEqual([]);
  const { id, outs } = await provider.create(urn, checked as Inputs);
  return { urn, id, checked: checked as Inputs, outs: outs as Record<string, unknown> };
}

const group = "/subscriptions/sub/resourceGroups/group";
const ids: readonly (readonly [type: string, inputs: Inputs, id: string])[] = [
  ["azure-native:resources:ResourceGroup", { resourceGroupName: "group" }, group],
  [
    "azure-native:compute:VirtualMachine",
    { resourceGroupName: "group", vmName: "vm" },
    `${group}/providers/Microsoft.Compute/virtualMachines/vm`,
  ],
  [
    "azure-native:containerservice:AgentPool",
    { resourceGroupName: "group", resourceName: "aks", agentPoolName: "gpu" },
    `${group}/providers/Microsoft.ContainerService/managedClusters/aks/agentPools/gpu`,
  ],
  [
    "azure-native:authorization:RoleAssignment",
    { scope: group, principalId: "p", roleDefinitionId: "r", roleAssignmentName: "n" },
    `${group}/providers/Microsoft.Authorization/roleAssignments/n`,
  ],
  // Without a row of its own.
  [
    "azure-native:network:RouteTable",
    { resourceGroupName: "group", routeTableName: "routes" },
    `${group}/providers/Microsoft.Network/routeTables/routes`,
  ],
  [
    "gcp:compute/instance:Instance",
    { name: "vm", zone: "us-central1-a", machineType: "m", bootDisk: {}, networkInterfaces: [] },
    "projects/acme/zones/us-central1-a/instances/vm",
  ],
  [
    "gcp:container/nodePool:NodePool",
    { name: "gpu", cluster: "projects/acme/locations/us-central1/clusters/gke", location: "us-central1" },
    "projects/acme/locations/us-central1/clusters/gke/nodePools/gpu",
  ],
  [
    "gcp:kms/cryptoKey:CryptoKey",
    { name: "key", keyRing: "projects/a/locations/l/keyRings/r" },
    "projects/a/locations/l/keyRings/r/cryptoKeys/key",
  ],
  [
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
    { cryptoKeyId: "k", role: "roles/x", member: "user:a" },
    "k/roles/x/user:a",
  ],
  ["gcp:projects/iAMMember:IAMMember", { project: "acme", role: "roles/x", member: "user:a" }, "acme/roles/x/user:a"],
  [
    "gcp:orgpolicy/policy:Policy",
    { parent: "projects/acme", name: "projects/acme/policies/p" },
    "projects/acme/policies/p",
  ],
];

describe("ids", () => {
  it.each(ids)("of %s", async (type, inputs, id) => {
    expect((await made(type.startsWith("gcp:") ? gcp() : azure(), type, inputs)).id).toBe(id);
  });

  it("are made of the name that the real provider would give, with an end that is the same each time", async () => {
    const key = { resourceGroupName: "group", properties: { sku: { family: "A", name: "premium" }, tenantId: "t" } };
    const vault = await made(azure(), "azure-native:keyvault:Vault", key, "vault");
    expect(vault.checked.vaultName).toMatch(/^vault[0-9a-f]{8}$/);
    expect(await made(azure(), "azure-native:keyvault:Vault", key, "vault")).toEqual(vault);
    const ring = await made(gcp(), "gcp:kms/keyRing:KeyRing", { location: "us-central1" }, "ring");
    expect(ring.checked.name).toMatch(/^ring-[0-9a-f]{7}$/);
  });

  it("stand for one resource each", async () => {
    const provider = gcp();
    const inputs = { location: "us-central1", name: "ring" };
    await made(provider, "gcp:kms/keyRing:KeyRing", inputs, "one");
    await expect(made(provider, "gcp:kms/keyRing:KeyRing", inputs, "two")).rejects.toThrow(
      "projects/acme/locations/us-central1/keyRings/ring is there already, made as one; give one of them another name",
    );
  });
});

describe("outputs that programs go on with", () => {
  it("are addresses of nowhere, where the nodes' own way out is a stack output", async () => {
    const nowhere = expect.stringMatching(/^192\.0\.2\.\d+$/) as unknown;
    const google = await made(gcp(), "gcp:compute/address:Address", { name: "egress", region: "us-central1" });
    expect(google.outs).toMatchObject({ address: nowhere });
    const azures = await made(azure(), "azure-native:network:PublicIPAddress", {
      resourceGroupName: "group",
      publicIpAddressName: "egress",
    });
    expect(azures.outs).toMatchObject({ ipAddress: nowhere });
  });

  it("are a vault's address and a key's versioned one", async () => {
    const provider = azure();
    const properties = { sku: { family: "A", name: "premium" }, tenantId: "t" };
    const vault = await made(provider, "azure-native:keyvault:Vault", {
      resourceGroupName: "group",
      vaultName: "v",
      properties,
    });
    expect(vault.outs).toMatchObject({
      name: "v",
      properties: { ...properties, vaultUri: "https://v.vault.azure.net/" },
    });
    const key = await made(provider, "azure-native:keyvault:Key", {
      resourceGroupName: "group",
      vaultName: "v",
      keyName: "k",
      properties: { kty: "RSA-HSM" },
    });
    expect(key.outs.keyUriWithVersion).toMatch(/^https:\/\/v\.vault\.azure\.net\/keys\/k\/0{8}[0-9a-f]{24}$/);
  });

  it("are the principal of an identity of its own, and no other", async () => {
    const set = await made(azure(), "azure-native:compute:DiskEncryptionSet", {
      resourceGroupName: "group",
      identity: { type: "SystemAssigned" },
    });
    expect(set.outs.identity).toMatchObject({
      type: "SystemAssigned",
      tenantId: "tenant",
      principalId: expect.stringMatching(/^00000000-0000-8000-8[0-9a-f]{3}-[0-9a-f]{12}$/),
    });
    const machine = await made(azure(), "azure-native:compute:VirtualMachine", { resourceGroupName: "group" });
    expect(machine.outs.identity).toBeUndefined();
    expect(machine.outs).toMatchObject({ type: "Microsoft.Compute/virtualMachines", provisioningState: "Succeeded" });
  });

  it("are a cluster's issuer, an attestation provider's address, a service account's e-mail", async () => {
    const cluster = await made(azure(), "azure-native:containerservice:ManagedCluster", {
      resourceGroupName: "group",
      resourceName: "aks",
      location: "eastus2",
      oidcIssuerProfile: { enabled: true },
    });
    expect(cluster.outs.oidcIssuerProfile).toEqual({
      enabled: true,
      issuerURL: expect.stringMatching(/^https:\/\/eastus2\.oic\.prod-aks\.azure\.com\/tenant\/00000000-\S+\/$/),
    });
    const attestation = await made(azure(), "azure-native:attestation:AttestationProvider", {
      resourceGroupName: "group",
      providerName: "own",
      properties: {},
    });
    expect(attestation.outs.attestUri).toMatch(/^https:\/\/own\.[0-9a-f]+\.attest\.azure\.net$/);
    const account = await made(gcp(), "gcp:serviceaccount/account:Account", { accountId: "nodes" });
    expect(account.outs).toMatchObject({
      email: "nodes@acme.iam.gserviceaccount.com",
      member: "serviceAccount:nodes@acme.iam.gserviceaccount.com",
    });
  });

  it("go into each member of a list, and say SIMULATED where no row knows them", async () => {
    const instance = await made(gcp(), "gcp:compute/instance:Instance", {
      name: "vm",
      zone: "us-central1-a",
      machineType: "m",
      bootDisk: {},
      networkInterfaces: [{ network: "n" }],
    });
    expect(instance.outs.networkInterfaces).toEqual([
      { network: "n", networkIp: expect.stringMatching(/^192\.0\.2\.\d+$/) },
    ]);
    expect(instance.outs).toMatchObject({
      selfLink: "https://www.googleapis.com/compute/v1/projects/acme/zones/us-central1-a/instances/vm",
      labelFingerprint: "SIMULATED-labelFingerprint",
    });
  });

  it("keep secret what was secret, wherever it shows", async () => {
    const account = await made(gcp(), "gcp:serviceaccount/account:Account", { accountId: secretValue("hidden") });
    for (const [name, value] of Object.entries(account.outs))
      if (JSON.stringify(value).includes("hidden")) expect(value, name).toEqual(secretValue(expect.anything()));
    expect(account.outs.email).toEqual(secretValue("hidden@acme.iam.gserviceaccount.com"));
  });
});

describe("changes", () => {
  const vm = "azure-native:compute:VirtualMachine";
  const inputs = {
    resourceGroupName: "group",
    vmName: "vm",
    location: "eastus2",
    tags: { a: "b" },
    securityProfile: { securityType: "ConfidentialVM", uefiSettings: { vTpmEnabled: true } },
  };
  const cases: readonly (readonly [what: string, change: object, replaces: readonly string[] | undefined])[] = [
    ["nothing", {}, undefined],
    ["tags", { tags: { a: "c" } }, []],
    ["another name", { vmName: "other" }, ["vmName"]],
    ["another place", { location: "centralus" }, ["location"]],
    [
      "another TEE",
      { securityProfile: { ...inputs.securityProfile, securityType: "TrustedLaunch" } },
      ["securityProfile.securityType"],
    ],
    ["no TEE at all", { securityProfile: undefined }, ["securityProfile"]],
    ["what is not known yet", { location: unknownValue }, ["location"]],
  ];

  it.each(cases)("of %s", async (_, change, replaces) => {
    const provider = azure();
    const { id, urn, outs } = await made(provider, vm, inputs);
    const result = await provider.diff(id, urn, outs, { ...inputs, ...change });
    expect(result).toEqual({
      changes: replaces !== undefined,
      replaces: replaces ?? [],
      deleteBeforeReplace: (replaces?.length ?? 0) > 0,
    });
  });

  it("keep the id where they are made in place", async () => {
    const provider = azure();
    const { id, urn, outs } = await made(provider, vm, inputs);
    const after = await provider.update(id, urn, outs, { ...inputs, tags: { a: "c" } });
    expect(after.outs).toEqual({ ...outs, tags: { a: "c" } });
  });

  it("of a key of Azure's are refused, unless it becomes another key", async () => {
    const provider = azure();
    const key = {
      resourceGroupName: "group",
      vaultName: "v",
      keyName: "k",
      properties: { kty: "RSA-HSM", keySize: 3072 },
    };
    const { urn, checked } = await made(provider, "azure-native:keyvault:Key", key);
    const changed = { ...key, properties: { ...key.properties, keySize: 4096 } };
    expect((await provider.check(urn, checked, changed)).failures).toEqual([
      {
        property: "",
        reason: expect.stringMatching(/^properties\.keySize: cannot be changed; .*give the changed key a new name$/),
      },
    ]);
    expect((await provider.check(urn, checked, { ...changed, keyName: "k2" })).failures).toBeUndefined();
  });
});

describe("reading", () => {
  it("hands back what the state has", async () => {
    const { id, urn, outs } = await made(gcp(), "gcp:kms/keyRing:KeyRing", { location: "us-central1", name: "ring" });
    expect(await gcp().read(id, urn, outs)).toEqual({ id, props: outs });
  });

  it("takes an existing resource from its id", async () => {
    const urn = urnOf("azure-native:containerservice:ManagedCluster", "existing");
    const id = `${group}/providers/Microsoft.ContainerService/managedClusters/aks`;
    expect(await azure().read(id, urn, {})).toMatchObject({
      id,
      props: { resourceGroupName: "group", resourceName: "aks", name: "aks" },
    });
    await expect(azure().read("aks", urn, {})).rejects.toThrow(
      "aks is no id of azure-native:containerservice:ManagedCluster",
    );
  });
});

describe("functions", () => {
  it("answer from the account, or not at all", async () => {
    expect(await azure().invoke("azure-native:authorization:getClientConfig", {})).toMatchObject({
      outputs: { subscriptionId: "sub", tenantId: "tenant" },
    });
    await expect(gcp().invoke("gcp:compute/getZones:getZones", {})).rejects.toThrow(
      "gcp:compute/getZones:getZones asks the cloud, and a plan without a network has no answer",
    );
  });
});
