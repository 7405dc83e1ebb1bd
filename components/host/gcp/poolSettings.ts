import { isolationUnitLabel } from "../hardware";
import { gpuSizeOf } from "../offerings";
import { reservationKey } from "./machineSettings";
import { accelerators } from "./machineSettings";
import { cpuPlatformOf, teeOf } from "./machineTypes";
import type { GcpTee, PoolRequest } from "./requests";
import { cosImage, defaultDiskType } from "./requests";

/** Taint of GKE's GPU nodes; pods that ask for a GPU are given the toleration. */
export const gpuTaint = { key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" } as const;

/** Settings of any confidential node of GKE, with a GPU or without. */
export function confidentialNode(machineType: string, tee: GcpTee) {
  const minCpuPlatform = cpuPlatformOf(tee);
  return {
    machineType,
    ...(minCpuPlatform !== undefined && { minCpuPlatform }),
    confidentialNodes: { enabled: true, confidentialInstanceType: tee },
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    // Pods see their own identity, and not the node's.
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    gvnic: { enabled: true },
    kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
    metadata: { "disable-legacy-endpoints": "true" },
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    labels: { [isolationUnitLabel]: "node" },
  };
}

/** Settings of a pool's nodes, but for account and key. */
export function gpuNode(request: PoolRequest) {
  const localSsds = gpuSizeOf("gcp", request.machineType)?.localSsds;
  return {
    ...confidentialNode(request.machineType, teeOf(request)),
    imageType: request.imageType ?? cosImage,
    diskType: request.diskType ?? defaultDiskType,
    diskSizeGb: request.bootDiskGib,
    ...(request.confidentialStorage === true && { enableConfidentialStorage: true }),
    ...(localSsds !== undefined && localDisks(request, localSsds)),
    guestAccelerators: accelerators(request).map((accelerator) => ({
      ...accelerator,
      gpuDriverInstallationConfig: {
        gpuDriverVersion: request.gpuDriver === "google" ? "DEFAULT" : "INSTALLATION_DISABLED",
      },
      ...(request.gpuSharing && {
        gpuSharingConfig: { gpuSharingStrategy: request.gpuSharing, maxSharedClientsPerGpu: 2 },
      }),
    })),
    taints: [{ ...gpuTaint }],
    ...capacity(request),
  };
}

function localDisks({ localSsd = "ephemeral" }: PoolRequest, localSsdCount: number) {
  return localSsd === "ephemeral"
    ? { ephemeralStorageLocalSsdConfig: { localSsdCount } }
    : { localNvmeSsdBlockConfig: { localSsdCount } };
}

function capacity({ provisioning }: PoolRequest) {
  switch (provisioning.kind) {
    case "spot":
      return { spot: true };
    case "flexStart":
      return {
        flexStart: true,
        maxRunDuration: `${provisioning.maxRunSeconds}s`,
        reservationAffinity: { consumeReservationType: "NO_RESERVATION" },
      };
    case "reservation":
      return {
        reservationAffinity: {
          consumeReservationType: "SPECIFIC_RESERVATION",
          key: reservationKey,
          values: [provisioning.name],
        },
      };
    case "standard":
      return {};
  }
}

/** How a pool grows, is mended and changed. */
export function poolBehaviour({ provisioning, minCount, maxCount }: PoolRequest) {
  const flexStart = provisioning.kind === "flexStart";
  return {
    initialNodeCount: minCount,
    autoscaling: { minNodeCount: minCount, maxNodeCount: maxCount, locationPolicy: "ANY" },
    // Confidential nodes have Flex-start by queue only: pods come through a ProvisioningRequest (GKE
    // gpus-confidential-nodes). Such a pool is not repaired (cluster-toolkit #4027).
    ...(flexStart && { queuedProvisioning: { enabled: true } }),
    // A node is a TEE: it changes when its owner says so, by another version.
    management: { autoRepair: !flexStart, autoUpgrade: false },
    // No second H100 is at hand to surge to.
    upgradeSettings: { strategy: "SURGE", maxSurge: 0, maxUnavailable: 1 },
    networkConfig: { enablePrivateNodes: true },
  };
}
