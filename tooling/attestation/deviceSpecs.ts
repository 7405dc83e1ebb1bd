import { gpuModels } from "../../components/host/hardware";
import type { GpuModelName } from "../../components/host/hardware";
import { sha256 } from "../../components/names";
import type { Release } from "../../components/workload/release";
import type { DeviceArchitecture } from "../../components/verdict/evidence/attestRequest";

/** A device as a guest finds it. */
export interface DeviceSpec {
  readonly arch: DeviceArchitecture;
  /** Which of the machine's devices it is. */
  readonly index: number;
  /** A GPU's driver; a switch has none. */
  readonly driver?: string;
  /** VBIOS, or the switch's BIOS. */
  readonly vbios: string;
  readonly switchIds?: readonly string[];
  /** Measurements that differ from what NVIDIA published, by index. */
  readonly altered?: Readonly<Record<string, string>>;
  /** A nonce other than the session's, where somebody reports at another time. */
  readonly nonce?: string;
}

/** The devices of a release: as many GPUs, and the switches that come along. */
export function deviceSpecs({ gpu, gpuClaims }: Release): DeviceSpec[] {
  const model = gpuModels[gpu.model as GpuModelName];
  const arch = model.architecture === "hopper" ? "HOPPER" : "BLACKWELL";
  const switches = numbers(gpu.nvSwitches).map((index) => sha256(`SIMULATED switch ${index}`).slice(0, 16));
  return [
    ...numbers(gpu.count).map((index) => ({
      arch: arch as DeviceArchitecture,
      index,
      driver: gpuClaims.drivers[0],
      vbios: gpuClaims.vbios[0] ?? "",
      ...(switches.length > 0 && { switchIds: switches }),
    })),
    ...switches.map((id, index) => ({
      arch: "LS10" as const,
      index,
      vbios: gpuClaims.switchBios?.[0] ?? "",
      switchIds: [id],
    })),
  ];
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
