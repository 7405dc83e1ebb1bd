import type { GpuSize } from "../offerings";
import { gcpFamilies, gpuSizeOf, isPlainGpuSize } from "../offerings";
import type { GcpTee, NodeRequest } from "./requests";

const googleNames: Readonly<Record<GpuSize["tee"], GcpTee>> = { snp: "SEV_SNP", tdx: "TDX", sev: "SEV" };

/** TEE of a machine type with a confidential GPU. */
export function teeOfGpu(size: GpuSize): GcpTee {
  return googleNames[size.tee];
}

/** TEE of a node: what was asked for, or what the machine type has. TDX where neither is known: it is refused anyway. */
export function teeOf({ tee, machineType }: Pick<NodeRequest, "tee" | "machineType">): GcpTee {
  const size = gpuSizeOf("gcp", machineType);
  return tee ?? (size ? teeOfGpu(size) : "TDX");
}

/** The TEE of a machine type without GPUs that proves most; undefined where it has none, or a GPU. */
export function teeOfSystem(machineType: string): GcpTee | undefined {
  if (gpuSizeOf("gcp", machineType) || isPlainGpuSize("gcp", machineType)) return undefined;
  // Of Intel's family, only the standard shapes are documented.
  if (machineType.startsWith("c3-") && !/^c3-standard-\d+$/.test(machineType)) return undefined;
  const known = gcpFamilies.tees[machineType.split("-")[0] ?? ""] ?? [];
  return (["TDX", "SEV_SNP", "SEV"] as const).find((tee) => known.includes(tee));
}

/** What the CPU has to be at least. SEV-SNP is refused without (@pulumi/gcp 9.37.0, compute.Instance.minCpuPlatform). */
export function cpuPlatformOf(tee: GcpTee): string | undefined {
  return tee === "SEV_SNP" ? "AMD Milan" : undefined;
}
