/**
 * The hardware that the reference architecture speaks about, as data.
 *
 * Source: NVIDIA Confidential Containers reference architecture 1.1.0, "Supported platforms"
 * (cloud-native-docs, confidential-containers/supported-platforms, 2026-08).
 */

/** Node label, and key of the taint, of hosts that are one tenant's own; its value is the tenant's namespace. */
export const tenantNodeLabel = "trustfoundry.dev/tenant";

/** Node label of machines of a cloud, with the value `node`: what isolates there is the node, and not the pod. */
export const isolationUnitLabel = "trustfoundry.dev/isolation-unit";

/** CPU trusted execution environments that isolate a pod's virtual machine. */
export const cpuTees = ["snp", "tdx"] as const;
export type CpuTee = (typeof cpuTees)[number];

/** What `nvidia.com/cc.mode` may ask of a node. `devtools` exists upstream and is refused here: it cannot attest. */
export const ccModes = ["on", "off", "ppcie"] as const;
export type CcMode = (typeof ccModes)[number];

export type GpuArchitecture = "hopper" | "blackwell";

export interface GpuModel {
  readonly architecture: GpuArchitecture;
  /** Confidential modes the model is validated in. `ppcie` takes all GPUs and NVSwitches of the host at once. */
  readonly ccModes: readonly Exclude<CcMode, "off">[];
  /** Whether all GPUs of a host may go to one confidential VM, and in which mode. */
  readonly multiGpu?: Exclude<CcMode, "off">;
  /** NVSwitches that must go to the same VM in multi-GPU passthrough; 0 where they lie outside the TCB. */
  readonly nvSwitchesInTcb: number;
}

export const gpuModels = {
  H100: { architecture: "hopper", ccModes: ["on", "ppcie"], multiGpu: "ppcie", nvSwitchesInTcb: 4 },
  H200: { architecture: "hopper", ccModes: ["on", "ppcie"], multiGpu: "ppcie", nvSwitchesInTcb: 4 },
  B200: { architecture: "blackwell", ccModes: ["on"], multiGpu: "on", nvSwitchesInTcb: 0 },
  B300: { architecture: "blackwell", ccModes: ["on"], multiGpu: "on", nvSwitchesInTcb: 0 },
  "RTX-PRO-6000-BSE": { architecture: "blackwell", ccModes: ["on"], nvSwitchesInTcb: 0 },
} as const satisfies Record<string, GpuModel>;

export type GpuModelName = keyof typeof gpuModels;
export const gpuModelNames = Object.keys(gpuModels) as GpuModelName[];

export interface CpuModel {
  readonly vendor: "amd" | "intel";
  readonly tee: CpuTee;
}

/** Validated CPU generations; others (Turin, Sapphire Rapids, Arm) are not in the matrix. */
export const cpuModels = {
  Milan: { vendor: "amd", tee: "snp" },
  Genoa: { vendor: "amd", tee: "snp" },
  "Emerald Rapids": { vendor: "intel", tee: "tdx" },
  "Granite Rapids": { vendor: "intel", tee: "tdx" },
} as const satisfies Record<string, CpuModel>;

export type CpuModelName = keyof typeof cpuModels;
export const cpuModelNames = Object.keys(cpuModels) as CpuModelName[];

/** A GPU with a driver on its node: what NVIDIA's ordinary device plugin, and GKE's, advertise. */
export const gpuResource = "nvidia.com/gpu";

/** Resource names that NVIDIA's sandbox device plugin advertises by default. */
export const pgpuResource = "nvidia.com/pgpu";
export const nvswitchResource = "nvidia.com/nvswitch";

/** Labels of the architecture: who writes each is said in docs/infrastructure.md. */
export const labels = {
  workloadConfig: "nvidia.com/gpu.workload.config",
  ccMode: "nvidia.com/cc.mode",
  ccModeState: "nvidia.com/cc.mode.state",
  ccReadyState: "nvidia.com/cc.ready.state",
  kataRuntime: "katacontainers.io/kata-runtime",
  tee: { snp: "amd.feature.node.kubernetes.io/snp", tdx: "intel.feature.node.kubernetes.io/tdx" },
  gpuPresent: "feature.node.kubernetes.io/pci-10de.present",
} as const;

/** GPU hosts are usually tainted, so that nothing else lands on them; what prepares or uses them has to tolerate that. */
export const gpuToleration = { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" } as const;

/**
 * Hosts that are one tenant's own may have a taint of the same key and value as their label. The value is the tenant's
 * namespace; left out, it is tolerated whoever's the hosts are, as operators do.
 */
export function tenantToleration(tenant?: string) {
  const common = { key: tenantNodeLabel, effect: "NoSchedule" } as const;
  return tenant === undefined
    ? ({ ...common, operator: "Exists" } as const)
    : ({ ...common, operator: "Equal", value: tenant } as const);
}

/**
 * What operators tolerate on a cloud's nodes: GPU nodes, a tenant's own, and the taint that AKS gives Spot nodes by itself.
 *
 * Source for the last: Microsoft Learn, "Add a Spot node pool to an AKS cluster".
 */
export const cloudNodeTolerations = [
  gpuToleration,
  tenantToleration(),
  { key: "kubernetes.azure.com/scalesetpriority", operator: "Equal", value: "spot", effect: "NoSchedule" },
] as const;

/** Extended resources that count a host's TEE keys; NFD publishes them from kata's NodeFeatureRule. */
export const teeKeyResource = { snp: "sev-snp.amd.com/esids", tdx: "tdx.intel.com/keys" } as const;
