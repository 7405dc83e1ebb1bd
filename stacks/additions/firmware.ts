import { resolve } from "node:path";
import { firmwarePlan } from "../../components/host/firmware/firmwarePlan";
import { FirmwarePlans } from "../../components/host/firmware/firmwarePlans";
import type { FirmwarePlan } from "../../components/host/firmware/plan";
import type { FirmwareVendor } from "../../components/host/firmware/vendors";
import { firmwareVendor } from "../../components/host/firmware/vendors";
import type { BareMetalProvider } from "../config/providers";
import type { AdditionArgs } from "./additions";

type Host = BareMetalProvider["hosts"][number];

export interface HostFirmware {
  readonly plan: FirmwarePlan;
  readonly vendor: FirmwareVendor;
}

/** Vendor and plan of one host that says whose it is; of others there is none. Throws one sentence where there can be none. */
export function hostFirmware({ name, cpu, firmware }: Host, directory: string): HostFirmware | undefined {
  if (!firmware) return undefined;
  const { registration, attributes, vendorFolder } = firmware;
  const vendor = firmwareVendor(
    firmware.vendor,
    vendorFolder === undefined ? undefined : resolve(directory, vendorFolder),
  );
  const facts = { name, cpu, ...(registration && { registration }), ...(attributes && { attributes }) };
  return { plan: firmwarePlan(facts, vendor), vendor };
}

/** Why a host's plan cannot be made, each with its path below the provider. */
export function firmwarePlanProblems({ hosts }: BareMetalProvider, directory: string): string[] {
  return hosts.flatMap((host, index) => {
    try {
      hostFirmware(host, directory);
      return [];
    } catch (error) {
      return [`hosts[${index}].firmware: ${(error as Error).message}`];
    }
  });
}

export function placeFirmware({ provider, directory, systemNamespace, opts }: AdditionArgs): Record<string, unknown> {
  const plans = provider.hosts.flatMap((host) => hostFirmware(host, directory)?.plan ?? []);
  if (plans.length === 0) return {};
  const placed = new FirmwarePlans(
    "firmware-plans",
    { plans, ...(systemNamespace && { namespace: systemNamespace }) },
    opts,
  );
  return { firmwarePlans: { configMaps: placed.configMaps, sha256: placed.digests } };
}
