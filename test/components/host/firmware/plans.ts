import { firmwarePlan } from "../../../../components/host/firmware/firmwarePlan";
import type { FirmwareHost } from "../../../../components/host/firmware/firmwarePlan";
import type { FirmwarePlan } from "../../../../components/host/firmware/plan";
import { firmwareVendor, vendorNames } from "../../../../components/host/firmware/vendors";
import type { CpuTee } from "../../../../components/host/hardware";

const cpus = { snp: "Genoa", tdx: "Emerald Rapids" } as const;

/** The plan of a host of this vendor and TEE. */
export function planOf(vendor: string, tee: CpuTee, more: Partial<FirmwareHost> = {}): FirmwarePlan {
  return firmwarePlan({ name: `${vendor}-a`, cpu: cpus[tee], ...more }, firmwareVendor(vendor));
}

/** Every vendor × TEE that there is data for. */
export const combinations = vendorNames().flatMap((vendor) =>
  (["snp", "tdx"] as const)
    .filter((tee) => firmwareVendor(vendor).procedures[tee])
    .map((tee) => [vendor, tee] as const),
);
