import { azureRegion, placesOf } from "../../../components/host/offerings";
import type { AzureMachine, AzureNodePool } from "../../azure";
import { azureConfidentialMachines, azureGpuPools } from "../../azure";
import { onboardingScripts } from "../../cloudSources";
import { azureCluster, azureMachine, azureScaleSet } from "../../examples/azure";
import { resourceRule } from "../../rule";

export const azureRegionOffered = resourceRule({
  id: "azure-region-offered",
  title: "Confidential GPU machines of Azure are asked for where Azure is known to have them",
  pillar: "hardware",
  severity: "low",
  threat:
    "The update fails after everything around the node has been made, and the keys were bound to the wrong region.",
  remediation: `Write one of ${(placesOf("Standard_NCC40ads_H100_v5") ?? []).join(", ")}, or except the machine by name where Azure offers more by now.`,
  source: onboardingScripts,
  platforms: ["azure"],
  claims: ["cloud-node-confidential"],
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  looksAt: {
    kinds: [...azureConfidentialMachines.kinds, ...azureGpuPools.kinds],
    *select(resource) {
      for (const machine of azureConfidentialMachines.select(resource)) yield located(machine);
      for (const pool of azureGpuPools.select(resource)) yield located(pool);
    },
  },
  *check({ size, location }) {
    const places = placesOf(size.text);
    if (places && location.text !== undefined && !places.includes(azureRegion(location.text)))
      yield location.finding(`is not among the regions known for ${size.text}: ${places.join(", ")}`);
  },
  compliant: [azureMachine, azureScaleSet, azureCluster],
  breakages: [
    { mistake: "a region without confidential GPUs", path: "/location", value: "northeurope", expect: "location" },
    {
      mistake: "a cluster whose region has none of its pool's machines",
      resource: 2,
      path: "/location",
      value: "East US",
      expect: "location",
    },
  ],
});

function located(item: AzureMachine | AzureNodePool) {
  return { size: "body" in item ? item.body.at("vmSize") : item.size, location: item.location };
}
