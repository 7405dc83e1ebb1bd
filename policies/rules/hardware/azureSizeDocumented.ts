import { gpuSizeOf, gpuSizes } from "../../../components/host/offerings";
import { azureConfidentialMachines, azureResources } from "../../azure";
import { azureSize } from "../../cloudSources";
import { azureAgentPool, azureMachine } from "../../examples/azure";
import { resourceRule } from "../../rule";

const gpuFamily = /^standard_ncc/i;
const known = gpuSizes.filter(({ cloud }) => cloud === "azure").map(({ size }) => size);
const pools = azureResources("containerservice:AgentPool", "containerservice:ManagedCluster");

export const azureSizeDocumented = resourceRule({
  id: "azure-size-documented",
  title: "A confidential GPU size of Azure is one that Azure documents",
  pillar: "hardware",
  severity: "low",
  threat: "A size out of an old template, or with a slip of the pen, is never delivered, however much quota there is.",
  remediation: `Write ${known.join(" or ")}, or except the machine by name where Azure documents more by now.`,
  source: azureSize,
  platforms: ["azure"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: {
    kinds: [...azureConfidentialMachines.kinds, ...pools.kinds],
    *select(resource) {
      for (const { size } of azureConfidentialMachines.select(resource)) yield size;
      for (const { body } of pools.select(resource)) {
        yield body.at("vmSize");
        for (const pool of body.at("agentPoolProfiles").items()) yield pool.at("vmSize");
      }
    },
  },
  *check(size) {
    if (gpuFamily.test(size.text ?? "") && !gpuSizeOf("azure", size.text))
      yield size.finding("is in no documentation of sizes that was read");
  },
  compliant: [azureMachine, azureAgentPool],
  breakages: [
    {
      mistake: "two GPUs, as an old template of Azure's allows",
      path: "/hardwareProfile/vmSize",
      value: "Standard_NCC80ads_H100_v5",
      expect: "hardwareProfile.vmSize",
    },
    {
      mistake: "a pool of a size that is not there",
      resource: 1,
      path: "/vmSize",
      value: "Standard_NCC40ads_H200_v5",
      expect: "vmSize",
    },
  ],
});
