import { printable } from "../address";
import { FirmwareError } from "../target";
import type { MachineIdentity } from "../target";
import type { IntersightClient } from "./client";
import { firmwareSchema, processorSchema, serverSchema } from "./objects";

/** Who a server is, from its inventory. Processors and firmware are found by their ancestor. */
export async function machineIdentity(
  client: IntersightClient,
  moid: string,
  signal?: AbortSignal,
): Promise<MachineIdentity> {
  const [server] = await client.query("/compute/PhysicalSummaries", `Moid eq '${moid}'`, serverSchema, signal);
  if (!server)
    throw new FirmwareError(
      `${client.host} has no inventory of the profile's server.`,
      "See whether the server is connected, and whether the API key's role may read it.",
    );
  const inside = `Ancestors/any(t: t/Moid eq '${moid}')`;
  const processors = await client.query("/processor/Units", inside, processorSchema, signal);
  const firmware = await client.query("/firmware/RunningFirmwares", inside, firmwareSchema, signal);
  const present = processors.filter(({ Presence }) => Presence !== "absent" && Presence !== "missing");
  const vendors = new Set(present.map(({ Vendor, Model }) => vendorOf(`${Vendor ?? ""} ${Model ?? ""}`)));
  const [cpuVendor, ...others] = vendors;
  if (cpuVendor === undefined || others.length > 0)
    throw new FirmwareError(
      `The inventory of server ${server.Serial} does not say whether its processors are AMD's or Intel's.`,
      "Let Intersight discover the server anew; then run the command again.",
    );
  const versions = new Set(firmware.flatMap(({ BiosUnit, Version }) => (BiosUnit && Version ? [Version] : [])));
  const serial = printable(server.Serial, 100);
  if (serial === "") throw new FirmwareError(`${client.host} says no serial number of the profile's server.`);
  return {
    manufacturer: printable(server.Vendor ?? "not reported", 100),
    model: printable(server.Model ?? "not reported", 100),
    serial,
    cpuVendor,
    biosVersion: versions.size === 1 ? printable([...versions].join(), 100) : "not reported",
    powerState: server.OperPowerState === "on" || server.OperPowerState === "off" ? server.OperPowerState : "other",
  };
}

/** "Intel(R) Corporation" and the like; undefined for anything else. */
function vendorOf(text: string): "amd" | "intel" | undefined {
  const intel = /\bintel\b/i.test(text);
  const amd = /\bamd\b|advanced micro devices/i.test(text);
  return intel === amd ? undefined : intel ? "intel" : "amd";
}
