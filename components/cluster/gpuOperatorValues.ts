import type { Pin } from "../catalogLock";
import { taggedDigest } from "../catalogLock";
import { gpuModels, gpuToleration, tenantToleration } from "../host/hardware";
import type { HostProfile } from "../host/profile";
import type { PlatformSetName } from "../platform";

/** Images of the operator and of all it runs on a confidential host. */
export interface GpuOperatorImages {
  readonly operator: Pin;
  readonly ccManager: Pin;
  readonly driverManager: Pin;
  readonly sandboxDevicePlugin: Pin;
}

/** Whether the host hands its NVSwitches to the guest, so that they have to be bound like GPUs. */
export function passesNvSwitches(host: HostProfile): boolean {
  return host.ccMode === "ppcie" && gpuModels[host.gpu.model].nvSwitchesInTcb > 0;
}

/**
 * Values of the GPU Operator's chart: whole GPUs to Kata guests, confidential mode on wherever no label says otherwise.
 * `kataManager` is never set: it belongs to a flow that is obsolete since v26.3. Device plugin aliases stay unset, so
 * that GPUs are `nvidia.com/pgpu` and switches `nvidia.com/nvswitch`. Pinned are the images that run on confidential
 * hosts; those of ordinary containers (driver, toolkit, monitoring) are the chart's.
 *
 * Sources: cloud-native-docs confidential-containers/confidential-containers-deploy (1.1.0); NVIDIA/gpu-operator
 * deployments/gpu-operator/values.yaml and api/nvidia/v1/clusterpolicy_types.go (v26.3.1, v26.7.0); for BIND_NVSWITCHES
 * kata-containers issue 13430 (reported, not in NVIDIA's documents).
 */
export function gpuOperatorValues(
  set: PlatformSetName,
  images: GpuOperatorImages,
  hosts: readonly HostProfile[],
): Record<string, unknown> {
  const { operator, ccManager, driverManager, sandboxDevicePlugin } = images;
  return {
    // NFD has one owner, NodeFeatures; the rules are NodeFeatureRule objects for it.
    nfd: { enabled: false, nodefeaturerules: true },
    // A host that nobody has labelled yet is taken for a confidential one, not for one with a driver of its own.
    sandboxWorkloads: { enabled: true, mode: "kata", defaultWorkload: "vm-passthrough" },
    // A list of our own takes the place of the chart's, which has the first of these.
    daemonsets: { tolerations: [gpuToleration, tenantToleration()] },
    operator: { version: taggedDigest(operator) },
    validator: { version: taggedDigest(operator) },
    ccManager: { enabled: true, defaultMode: "on", version: taggedDigest(ccManager) },
    vfioManager: {
      version: taggedDigest(driverManager),
      driverManager: { version: taggedDigest(driverManager) },
      ...(hosts.some(passesNvSwitches) && { env: [{ name: "BIND_NVSWITCHES", value: "true" }] }),
    },
    kataSandboxDevicePlugin: { enabled: true, version: taggedDigest(sandboxDevicePlugin) },
    // Dynamic resource allocation must not coexist with ClusterPolicy; the keys exist since v26.7.0.
    ...(set === "newest" && { clusterPolicy: { deployCR: true }, gpuCluster: { deployCR: false } }),
  };
}
