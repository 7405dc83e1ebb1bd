import { resolve } from "node:path";
import { firmwarePlan } from "../../components/host/firmware/firmwarePlan";
import { FirmwarePlans } from "../../components/host/firmware/firmwarePlans";
import type { FirmwarePlan } from "../../components/host/firmware/plan";
import { firmwareVendor } from "../../components/host/firmware/vendors";
import type { BareMetalProvider } from "../config/providers";
import type { AdditionArgs } from "./additions";

type Host = BareMetalProvider["hosts"][number];

/** The plan of one host that says whose it is; of others there is none. */
export function hostFirmwarePlan(host: Host, directory: string): FirmwarePlan | undefined {
  const { firmware } = host;
  if (!firmware) return undefined;
  const folder = firmware.vendorFolder === undefined ? undefined : resolve(directory, firmware.vendorFolder);
  const { registration, attributes } = firmware;
  return firmwarePlan(
    { name: host.name, cpu: host.cpu, ...(registration && { registration }), ...(attributes && { attributes }) },
    firmwareVendor(firmware.vendor, folder),
  );
}

/** Why a host's plan cannot be made, each with its path below the provider. */
export function firmwarePlanProblems({ hosts }: BareMetalProvider, directory: string): string[] {
  return hosts.flatMap((host, index) => {
    try {
      hostFirmwarePlan(host, directory);
      return [];
    } catch (error) {
      return [`hosts[${index}].firmware: ${(error as Error).message}`];
    }
  });
}

export function placeFirmware({ provider, directory, systemNamespace, opts }: AdditionArgs): Record<string, unknown> {
  const plans = provider.hosts.flatMap((host) => hostFirmwarePlan(host, directory) ?? []);
  if (plans.length === 0) return {};
  const placed = new FirmwarePlans(
    "firmware-plans",
    { plans, ...(systemNamespace && { namespace: systemNamespace }) },
    opts,
  );
  return { firmwarePlans: { configMaps: placed.configMaps, sha256: placed.digests } };
}
