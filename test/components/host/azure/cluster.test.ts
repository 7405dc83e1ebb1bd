import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AzureCluster } from "../../../../components/host/azure/cluster";
import { tokens } from "../../../../components/tokens";
import { azureOutputs, made, quiet } from "../../../support/azure";
import { valueOf } from "../../../support/mocks";
import type { Recording } from "../../../support/registrations";
import { named, recordRegistrations, refusal } from "../../../support/registrations";

const place = { resourceGroupName: "factory", location: "eastus2" };
const tenantId = "00000000-0000-4000-8000-000000000002";
const subnetId = "/subscriptions/s/subnets/nodes";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations(azureOutputs);
});
// What was refused is registered all the same, a little later.
afterEach(quiet);

describe("AzureCluster", () => {
  const args = {
    ...place,
    subscriptionId: "sub",
    tenantId,
    clusterName: "factory",
    kubernetesVersion: "1.34",
    adminGroups: ["group-b", "group-a"],
    systemSize: "Standard_DC4as_v5",
    systemCount: 3,
    osSku: "Ubuntu",
    subnetId,
  };

  it("is private, entered through Entra's groups alone, and its nodes are reached past it by nobody", async () => {
    const cluster = new AzureCluster("aks", args);
    const inputs = (await made(recording, "aks", tokens.azureCluster))["aks-aks"]?.inputs;
    expect(inputs).toMatchObject({
      resourceName: "factory",
      publicNetworkAccess: "Disabled",
      apiServerAccessProfile: {
        enablePrivateCluster: true,
        enablePrivateClusterPublicFQDN: false,
        disableRunCommand: true,
      },
      disableLocalAccounts: true,
      enableRBAC: true,
      aadProfile: {
        managed: true,
        enableAzureRBAC: false,
        adminGroupObjectIDs: ["group-a", "group-b"],
        tenantID: tenantId,
      },
      oidcIssuerProfile: { enabled: true },
      securityProfile: { workloadIdentity: { enabled: true } },
      nodeResourceGroupProfile: { restrictionLevel: "ReadOnly" },
      nodeProvisioningProfile: { mode: "Manual" },
      autoUpgradeProfile: { upgradeChannel: "none", nodeOSUpgradeChannel: "None" },
      networkProfile: { networkPolicy: "cilium", outboundType: "userAssignedNATGateway" },
    });
    expect(await valueOf(cluster.oidcIssuerUrl)).toBe("https://issuer.example/");
    expect(await valueOf(cluster.clusterName)).toBe("factory");
  });

  it("has a confidential system pool of the GPU pools' system", async () => {
    new AzureCluster("aks", args);
    const { agentPoolProfiles } = (await made(recording, "aks", tokens.azureCluster))["aks-aks"]?.inputs ?? {};
    expect(agentPoolProfiles).toEqual([
      expect.objectContaining({
        mode: "System",
        count: 3,
        vmSize: "Standard_DC4as_v5",
        osSKU: "Ubuntu",
        vnetSubnetID: subnetId,
        enableNodePublicIP: false,
        nodeLabels: { "trustfoundry.dev/isolation-unit": "node" },
      }),
    ]);
  });

  it("waits until its identity may use the subnet, and nothing more", async () => {
    new AzureCluster("aks", args);
    const children = await made(recording, "aks", tokens.azureCluster);
    expect(children["aks-network"]?.inputs).toEqual({
      principalId: "principal-of-the-cluster",
      principalType: "ServicePrincipal",
      roleDefinitionId:
        "/subscriptions/sub/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7",
      scope: subnetId,
    });
    expect(named(recording, "aks-aks").dependencies).toEqual(["aks-identity", "aks-network"]);
  });

  it("refuses system nodes without a TEE, or with one that AKS has not, and a cluster that nobody enters", () => {
    expect(refusal(() => new AzureCluster("a", { ...args, systemSize: "Standard_D4s_v5" }))).toContain("has no TEE");
    expect(refusal(() => new AzureCluster("b", { ...args, systemSize: "Standard_DC4es_v6" }))).toContain("TDX");
    expect(refusal(() => new AzureCluster("c", { ...args, adminGroups: [] }))).toContain("adminGroups: are none");
  });
});
