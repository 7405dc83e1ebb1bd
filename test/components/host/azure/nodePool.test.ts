import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AzureConfidentialNodePool } from "../../../../components/host/azure/nodePool";
import { tokens } from "../../../../components/tokens";
import { azureOutputs, made, quiet } from "../../../support/azure";
import type { Recording } from "../../../support/registrations";
import { named, recordRegistrations, refusal } from "../../../support/registrations";

const place = { resourceGroupName: "factory", location: "eastus2" };
const subnetId = "/subscriptions/s/subnets/nodes";

let recording: Recording;
beforeEach(() => {
  recording = recordRegistrations(azureOutputs);
});
// What was refused is registered all the same, a little later.
afterEach(quiet);

describe("AzureConfidentialNodePool", () => {
  const args = {
    ...place,
    clusterName: "factory",
    poolName: "h100",
    size: "Standard_NCC40ads_H100_v5",
    kubernetesVersion: "1.34",
    osSku: "Ubuntu",
    minCount: 0,
    maxCount: 4,
    spot: false,
    subnetId,
  };

  it("leaves the driver to the GPU Operator, scales from nothing, and says what its nodes isolate", async () => {
    new AzureConfidentialNodePool("p", args);
    const children = await made(recording, "p", tokens.azureConfidentialNodePool);
    expect(children["p-pool"]).toEqual({
      type: "azure-native:containerservice:AgentPool",
      inputs: {
        resourceGroupName: "factory",
        resourceName: "factory",
        agentPoolName: "h100",
        mode: "User",
        type: "VirtualMachineScaleSets",
        vmSize: "Standard_NCC40ads_H100_v5",
        osType: "Linux",
        osSKU: "Ubuntu",
        gpuProfile: { driver: "None" },
        orchestratorVersion: "1.34",
        vnetSubnetID: subnetId,
        enableNodePublicIP: false,
        count: 0,
        enableAutoScaling: true,
        minCount: 0,
        maxCount: 4,
        scaleDownMode: "Delete",
        nodeLabels: { "trustfoundry.dev/isolation-unit": "node" },
        nodeTaints: ["nvidia.com/gpu=present:NoSchedule"],
        upgradeSettings: { maxSurge: "0", maxUnavailable: "1", drainTimeoutInMinutes: 60 },
      },
    });
  });

  it("leaves the number of nodes to the autoscaler, and is replaced where AKS changes nothing in place", async () => {
    new AzureConfidentialNodePool("p", args);
    await quiet();
    const pool = named(recording, "p-pool");
    expect(pool.ignored).toEqual(["count"]);
    expect(pool.replacedOn).toEqual(expect.arrayContaining(["gpuProfile", "osSKU", "vmSize"]));
  });

  it("may be Spot, with AKS's own label and taint", async () => {
    new AzureConfidentialNodePool("p", { ...args, spot: true });
    const inputs = (await made(recording, "p", tokens.azureConfidentialNodePool))["p-pool"]?.inputs;
    expect(inputs).toMatchObject({
      scaleSetPriority: "Spot",
      scaleSetEvictionPolicy: "Delete",
      spotMaxPrice: -1,
      nodeLabels: { "kubernetes.azure.com/scalesetpriority": "spot" },
      nodeTaints: ["nvidia.com/gpu=present:NoSchedule", "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"],
    });
    expect(inputs).not.toHaveProperty("upgradeSettings");
  });

  it.each([
    [{ size: "Standard_NC40ads_H100_v5" }, "is not a documented size"],
    [{ location: "uksouth" }, "does not offer"],
    [{ osSku: "AzureLinux" }, "no signed GPU driver"],
    [{ kubernetesVersion: "1.33" }, "write Kubernetes 1.34 or later"],
    [{ minCount: 5 }, "minCount: 5 is more than maxCount; write at most 4"],
  ])("refuses %j", (change, expected) => {
    expect(refusal(() => new AzureConfidentialNodePool("p", { ...args, ...change }))).toContain(expected);
  });
});
