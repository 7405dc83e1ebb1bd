import type { CcMode, CpuModelName, CpuTee, GpuModelName } from "./hardware";
import { cpuModels, gpuModels } from "./hardware";

/** A host as the provider declares it: data, not code. */
export interface HostProfile {
  /** Kubernetes node name, a DNS-1123 label. */
  readonly name: string;
  readonly cpu: CpuModelName;
  /** Whether the firmware has the CPU's TEE switched on; without it no confidential pod may land here. */
  readonly teeEnabled: boolean;
  readonly gpu: { readonly model: GpuModelName; readonly count: number };
  /** Mode asked of the GPUs by label. */
  readonly ccMode: CcMode;
  /** Allocatable CPUs and memory of the host; memory in GiB. */
  readonly cpus: number;
  readonly memoryGib: number;
  /** Rehearsal only: a fault that the simulated host acts out. */
  readonly simulatedFault?: "ccModeFailed";
}

/** The TEE that pods on this host can have, or undefined where the firmware has it switched off. */
export function hostTee(host: HostProfile): CpuTee | undefined {
  return host.teeEnabled ? cpuModels[host.cpu].tee : undefined;
}

/** NVSwitches the device plugin advertises: only Hopper hosts in protected PCIe mode hand them to the VM. */
export function hostNvSwitches(host: HostProfile): number {
  return host.ccMode === "ppcie" ? gpuModels[host.gpu.model].nvSwitchesInTcb : 0;
}

/** Whether confidential GPU pods are meant to run here. */
export function isConfidential(host: HostProfile): boolean {
  return hostTee(host) !== undefined && host.ccMode !== "off";
}
