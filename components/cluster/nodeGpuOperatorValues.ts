import type { Pin } from "../catalogLock";
import { taggedDigest } from "../catalogLock";
import { cloudNodeTolerations } from "../host/hardware";
import type { PlatformSetName } from "../platform";

/** Images of the operator and of all it runs on a node that is the TEE; the driver's is none of them, see below. */
export interface NodeGpuOperatorImages {
  readonly operator: Pin;
  readonly driverManager: Pin;
  readonly toolkit: Pin;
  readonly devicePlugin: Pin;
}

/**
 * Branch of the driver. NVIDIA builds and Canonical signs its modules for each kernel of a cloud's Ubuntu; Secure Boot
 * loads no others.
 *
 * Source: Azure/az-cgpu-onboarding, docs/Confidential-GPU-H100-AKS-Onboarding.md (4.3.3), which names this branch.
 */
export const nodeDriverBranch = "580";

/**
 * Values of the GPU Operator's chart for nodes that are TEEs themselves: an ordinary driver, container toolkit and device
 * plugin, GPUs as `nvidia.com/gpu`. Whatever is about guests is off, and so is the CC manager: the cloud sets the GPU's
 * mode. All pods of a node are inside its TEE, so that nothing runs there which is not needed: no exporter, no MIG manager.
 *
 * The driver's image cannot be pinned by a digest: the operator completes its name by each node's kernel
 * (`580-6.8.0-1041-azure-fde-ubuntu24.04`), which NFD reports. What holds it is the signature of its modules.
 *
 * Sources: NVIDIA/gpu-operator deployments/gpu-operator/values.yaml (v26.3.1, v26.7.0); Microsoft Learn, "Use Confidential
 * GPUs on AKS"; NVIDIA GPU Operator, "Precompiled driver containers".
 */
export function nodeGpuOperatorValues(set: PlatformSetName, images: NodeGpuOperatorImages): Record<string, unknown> {
  const { operator, driverManager, toolkit, devicePlugin } = images;
  return {
    // NFD has one owner, NodeFeatures.
    nfd: { enabled: false, nodefeaturerules: false },
    sandboxWorkloads: { enabled: false },
    ccManager: { enabled: false },
    daemonsets: { tolerations: [...cloudNodeTolerations] },
    operator: { version: taggedDigest(operator) },
    validator: { version: taggedDigest(operator) },
    driver: {
      enabled: true,
      usePrecompiled: true,
      version: nodeDriverBranch,
      manager: { version: taggedDigest(driverManager) },
      // Another kernel's driver comes with another node; a driver is not exchanged under a model.
      upgradePolicy: { autoUpgrade: false },
    },
    toolkit: { enabled: true, version: taggedDigest(toolkit) },
    devicePlugin: { enabled: true, version: taggedDigest(devicePlugin) },
    gfd: { enabled: true, version: taggedDigest(devicePlugin) },
    migManager: { enabled: false },
    dcgm: { enabled: false },
    dcgmExporter: { enabled: false },
    nodeStatusExporter: { enabled: false },
    // Dynamic resource allocation must not coexist with ClusterPolicy; the keys exist since v26.7.0.
    ...(set === "newest" && { clusterPolicy: { deployCR: true }, gpuCluster: { deployCR: false } }),
  };
}
