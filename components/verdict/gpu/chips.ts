import type { GpuModelName } from "../../host/hardware";
import type { DeviceArchitecture } from "../evidence/attestRequest";

/**
 * The chip that a GPU's certificates name. Models that share one are told apart by their VBIOS alone: H100 and H200.
 *
 * Source: certificates of real H100 (GH100) and B200 (GB100) GPUs; claims of NVIDIA's attestation service, `hwmodel`, for
 * B300 (GB110) and RTX PRO 6000 Blackwell Server Edition (GB202) as others publish them.
 */
export const gpuChips: Readonly<Record<GpuModelName, string>> = {
  H100: "GH100",
  H200: "GH100",
  B200: "GB100",
  B300: "GB110",
  "RTX-PRO-6000-BSE": "GB202",
};

/** The chip of Hopper boards' NVSwitches, as its certificates write it. */
export const switchChip = "LS_10";

/** The architecture that evidence of a chip goes under; undefined for a chip that is neither GPU nor NVSwitch. */
export function architectureOf(chip: string): DeviceArchitecture | undefined {
  if (chip === switchChip) return "LS10";
  if (/^GH1\d\d$/.test(chip)) return "HOPPER";
  return /^GB[12]\d\d$/.test(chip) ? "BLACKWELL" : undefined;
}

/** A chip as manifests write it: `LS10`. */
export function manifestProduct(chip: string): string {
  return chip.replace("_", "");
}
