import type { CpuTee } from "../../../host/hardware";
import type { Shim } from "../../shape";
import type { KataVersion } from "../kataVersions";
import type { Verification } from "../launchProfile";

/**
 * Comparisons of profiles with real QEMU processes, by `measure --against`: the day, and what it was compared with
 * (host, Kata's build, who looked). None was made so far: all profiles come from reading source.
 */
export const verifications: readonly (Verification & {
  readonly kata: KataVersion;
  readonly tee: CpuTee;
  readonly shim: Shim;
})[] = [];
