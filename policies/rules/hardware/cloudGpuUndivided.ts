import { azureGpuPools } from "../../azure";
import { gkeConfidentialGpus } from "../../cloudSources";
import { azureAgentPool } from "../../examples/azure";
import { gcpNodePool } from "../../examples/gcp";
import { gcpConfidentialPools } from "../../gcp";
import type { Place } from "../../place";
import { resourceRule } from "../../rule";

const accelerator = "nodeConfig.guestAccelerators[0]";
const acceleratorPointer = "/nodeConfig/guestAccelerators/0";

export const cloudGpuUndivided = resourceRule({
  id: "cloud-gpu-undivided",
  title: "The GPU of a confidential cloud node is neither cut into parts nor shared by turns",
  pillar: "hardware",
  severity: "medium",
  threat:
    "Pods that take turns on one GPU read what the last one left there, and its evidence speaks for all of them at once.",
  remediation: "Leave MIG, time-sharing and MPS settings out; one pod takes the node's GPU.",
  source: gkeConfidentialGpus,
  platforms: ["azure", "gcp"],
  claims: ["gpu-confidential"],
  // Reported of both clouds, not found in so many words in their documentation.
  baseline: "advisory",
  boundary: { by: "keyBroker", how: "a policy may ask of GPU evidence that the whole GPU answers" },
  looksAt: {
    kinds: [...azureGpuPools.kinds, ...gcpConfidentialPools.kinds],
    *select(resource) {
      for (const { body } of azureGpuPools.select(resource)) yield [body.at("gpuInstanceProfile")];
      for (const { config } of gcpConfidentialPools.select(resource))
        for (const each of config.at("guestAccelerators").items())
          yield [each.at("gpuPartitionSize"), each.at("gpuSharingConfig")];
    },
  },
  *check(settings: readonly Place[]) {
    for (const setting of settings) if (setting.present) yield setting.finding("divides a confidential GPU");
  },
  compliant: [gcpNodePool, azureAgentPool],
  breakages: [
    {
      mistake: "a confidential GPU cut into instances",
      path: `${acceleratorPointer}/gpuPartitionSize`,
      value: "1g.10gb",
      expect: `${accelerator}.gpuPartitionSize`,
    },
    {
      mistake: "a confidential GPU shared by turns",
      path: `${acceleratorPointer}/gpuSharingConfig`,
      value: { gpuSharingStrategy: "TIME_SHARING", maxSharedClientsPerGpu: 4 },
      expect: `${accelerator}.gpuSharingConfig`,
    },
    {
      mistake: "instances of a confidential GPU in AKS",
      resource: 1,
      path: "/gpuInstanceProfile",
      value: "MIG1g",
      expect: "gpuInstanceProfile",
    },
  ],
});
