import { gpuModels, gpuToleration, tenantToleration } from "../host/hardware";
import type { GpuModel } from "../host/hardware";
import type { HostProfile } from "../host/profile";

/** Whether the host's GPUs sit on a board with NVSwitches: eight of a model that works together. */
function hasNvSwitches({ gpu }: HostProfile): boolean {
  const model: GpuModel = gpuModels[gpu.model];
  return gpu.count === 8 && model.multiGpu !== undefined;
}

/**
 * The GPU Operator's ClusterPolicy on OpenShift: whole GPUs to Kata guests, confidential mode on wherever no label says
 * otherwise, and nothing of a host driver. Images are left to the operator, whose CSV names them by digest.
 *
 * - `OPERATOR_NAMESPACE`: CC manager 0.3.0, which v26.3.0 brings, looks for its neighbours in `gpu-operator` where nothing
 *   tells it that on OpenShift they are elsewhere, and is refused there.
 * - `BIND_NVSWITCHES`: without it guests with several GPUs of a board fail with `IOMMU_IOAS_MAP failed`.
 *
 * Sources: Red Hat AI quickstart for confidential GPUs; validatedpatterns/coco-pattern charts/all/nvidia-gpu
 * cluster-policy.yaml (330f23fb); kata-containers issue 13270; for the namespace a lab's record of 2026-10 with OSC 1.13.0
 * on SEV-SNP hosts, and no document of NVIDIA's.
 */
export function clusterPolicySpec(hosts: readonly HostProfile[], namespace: string): Record<string, unknown> {
  const off = { enabled: false };
  return {
    operator: { defaultRuntime: "crio" },
    daemonsets: { tolerations: [gpuToleration, tenantToleration()] },
    sandboxWorkloads: { enabled: true, mode: "kata", defaultWorkload: "vm-passthrough" },
    ccManager: { enabled: true, defaultMode: "on", env: [{ name: "OPERATOR_NAMESPACE", value: namespace }] },
    vfioManager: {
      enabled: true,
      ...(hosts.some(hasNvSwitches) && { env: [{ name: "BIND_NVSWITCHES", value: "true" }] }),
    },
    kataSandboxDevicePlugin: {
      enabled: true,
      env: [
        { name: "P_GPU_ALIAS", value: "pgpu" },
        { name: "NVSWITCH_ALIAS", value: "nvswitch" },
      ],
    },
    // Belongs to a flow that is obsolete since v26.3; Kata is the sandboxed containers operator's.
    kataManager: off,
    cdi: { enabled: true },
    gfd: { enabled: true },
    nodeStatusExporter: { enabled: true },
    // All that would put a driver, or somebody who looks at GPUs, on the host.
    driver: off,
    toolkit: off,
    devicePlugin: off,
    dcgm: off,
    dcgmExporter: off,
    migManager: off,
    vgpuManager: off,
    vgpuDeviceManager: off,
  };
}
