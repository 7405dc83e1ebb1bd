import { gpuModels } from "../../components/host/hardware";
import type { GpuModelName } from "../../components/host/hardware";
import type { Release } from "../../components/workload/release";
import type { DeviceArchitecture } from "../../components/verdict/evidence/attestRequest";
import type { GpuMode } from "../../components/verdict/evidence/gpuOpaque";
import { expectedMode } from "../../components/verdict/gpu/allowed";
import { gpuChips } from "../../components/verdict/gpu/chips";

/** A device as a guest finds it. */
export interface DeviceSpec {
  readonly arch: DeviceArchitecture;
  /** Which of the machine's devices it is. */
  readonly index: number;
  /** A GPU's driver; a switch has none. */
  readonly driver?: string;
  /** VBIOS, or the switch's BIOS. */
  readonly vbios: string;
  /** Chip, where the model's is another than its architecture's usual one. */
  readonly chip?: string;
  /** The mode that a GPU was passed in. */
  readonly mode?: GpuMode;
  /** Of a board: which of the machine's switches a GPU's links end at, or which GPUs a switch is connected to. */
  readonly connectedTo?: readonly number[];
  /** Measurements that differ from what NVIDIA published, by index. */
  readonly altered?: Readonly<Record<string, string>>;
  /** A nonce other than the session's, where somebody reports at another time. */
  readonly nonce?: string;
}

/** The devices of a release: as many GPUs, and the switches that come along. */
export function deviceSpecs({ gpu, gpuClaims }: Release): DeviceSpec[] {
  const model = gpuModels[gpu.model as GpuModelName];
  const arch = model.architecture === "hopper" ? "HOPPER" : "BLACKWELL";
  const switches = numbers(gpu.nvSwitches);
  const gpus = numbers(gpu.count);
  return [
    ...gpus.map((index) => ({
      arch: arch as DeviceArchitecture,
      index,
      chip: gpuChips[gpu.model as GpuModelName],
      driver: gpuClaims.drivers[0],
      vbios: gpuClaims.vbios[0] ?? "",
      mode: expectedMode(gpu),
      ...(switches.length > 0 && { connectedTo: switches }),
    })),
    ...switches.map((index) => ({
      arch: "LS10" as const,
      index,
      vbios: gpuClaims.switchBios?.[0] ?? "",
      connectedTo: gpus,
    })),
  ];
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
