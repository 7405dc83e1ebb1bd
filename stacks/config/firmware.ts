import { z } from "zod";
import { registrations } from "../../components/host/firmware/plan";
import { vendorNames } from "../../components/host/firmware/vendors";
import { cpuModels } from "../../components/host/hardware";
import type { CpuModelName } from "../../components/host/hardware";
import { crossCheck, nameSchema } from "./common";

const addressSchema = z.string().superRefine((address, ctx) => {
  // Below the value's own path, so that the message does not show what may be a password.
  if (address.includes("@"))
    return crossCheck(
      ctx,
      ["credentials"],
      "have no place in the configuration; leave them out, and give them to the command",
    );
  if (!/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?)(:\d{1,5})?$/.test(address))
    crossCheck(
      ctx,
      [],
      "is no host name and no IP address; write one alone, without https:// and path, e.g. 192.0.2.10 or bmc.example.com:8443",
    );
});

export const firmwareSchema = z
  .strictObject({
    vendor: nameSchema.describe("vendor of the host, by the name of its data: cisco, dell, hpe, lenovo, or your own"),
    vendorFolder: z
      .string()
      .min(1)
      .optional()
      .describe("folder with data of further vendors, <vendor>.yaml each, relative to the project"),
    registration: z
      .enum(registrations)
      .optional()
      .describe(
        "how a TDX host gets its PCK certificates: in-band (default), by your own tools; direct, by its firmware, which then consumes the platform manifest",
      ),
    attributes: z
      .record(nameSchema, z.string().min(1))
      .optional()
      .describe("names that this machine's registry has, by id of setting, where the vendor's data has none"),
    managementAddress: addressSchema
      .optional()
      .describe("host name or IP address of the BMC, or of Intersight; never credentials"),
  })
  .superRefine(({ vendor, vendorFolder }, ctx) => {
    const names = vendorNames();
    if (vendorFolder === undefined && !names.includes(vendor))
      crossCheck(ctx, ["vendor"], `is none of ${names.join(", ")}; write one, or name a vendorFolder with its data`);
  })
  .describe("how the host's firmware is set, as {vendor: dell, …}");

export type FirmwareSetup = z.infer<typeof firmwareSchema>;

/** What a host's firmware says together with its CPU. */
export function checkFirmware(
  host: { cpu: CpuModelName; firmware?: FirmwareSetup | undefined },
  ctx: z.RefinementCtx,
): void {
  if (host.firmware?.registration && cpuModels[host.cpu].tee !== "tdx")
    crossCheck(ctx, ["firmware", "registration"], `is for hosts with TDX, and ${host.cpu} has SEV-SNP; remove it`);
}
