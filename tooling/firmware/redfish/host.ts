import type { RedfishLayout } from "../../../components/host/firmware/vendorSchema";
import { printable } from "../address";
import { FirmwareError } from "../target";
import type { MachineIdentity } from "../target";
import type { RedfishClient } from "./client";
import { collectionSchema, processorSchema, systemSchema } from "./schemas";
import type { System } from "./schemas";

/**
 * Path of the host among what the controller calls systems: by the Id that its vendor has for it, else the only one that
 * has firmware settings. Accelerators' boards are listed as systems, too.
 */
export async function findSystem(
  client: RedfishClient,
  { system, notSystems }: Pick<RedfishLayout, "system" | "notSystems">,
  signal?: AbortSignal,
): Promise<string> {
  const { value } = await client.get("/redfish/v1/Systems", collectionSchema, signal);
  const all = value.Members.map((member) => client.ownPath(member["@odata.id"]));
  const named = all.find((path) => idOf(path) === system);
  if (named !== undefined) return named;
  const hosts: string[] = [];
  for (const path of all.filter((candidate) => !notSystems.includes(idOf(candidate))))
    if ((await readSystem(client, path, signal)).Bios) hosts.push(path);
  const [only, ...others] = hosts;
  if (only !== undefined && others.length === 0) return only;
  throw new FirmwareError(
    `${client.host} has ${hosts.length === 0 ? "no system" : `${hosts.length} systems`} with firmware settings, of ${printable(all.map(idOf).join(", ")) || "none"}; it is not clear which is the host.`,
    "Name it with --system.",
  );
}

const idOf = (path: string): string => path.replace(/\/+$/, "").split("/").at(-1) ?? "";

export async function readSystem(client: RedfishClient, path: string, signal?: AbortSignal): Promise<System> {
  return (await client.get(path, systemSchema, signal)).value;
}

export function identityOf(host: string, system: System, cpuVendor: MachineIdentity["cpuVendor"]): MachineIdentity {
  // As it is shown and typed: nothing but what can be seen counts.
  const serial = printable((system.SKU?.trim() && isDell(system) ? system.SKU : system.SerialNumber) ?? "", 100);
  if (!serial)
    throw new FirmwareError(
      `${host} does not say its serial number, by which what was done to it is remembered.`,
      "Set it on the machine (its maker's service does that), then run the command again.",
    );
  return {
    manufacturer: printable(system.Manufacturer ?? "unknown", 100),
    model: printable(system.Model ?? "unknown", 100),
    serial,
    cpuVendor,
    biosVersion: printable(system.BiosVersion ?? "unknown", 100),
    powerState: system.PowerState === "On" ? "on" : system.PowerState === "Off" ? "off" : "other",
    ...(system.LastResetTime && { lastStart: printable(system.LastResetTime, 100) }),
  };
}

/** Its service tag is what Dell's people and papers call the machine by; SerialNumber is the board's. */
const isDell = ({ Manufacturer }: System) => /^dell/i.test(Manufacturer ?? "");

/** By what the machine says of its processors, all of it: never by the model's name. */
export async function cpuVendorOf(
  client: RedfishClient,
  system: System,
  signal?: AbortSignal,
): Promise<MachineIdentity["cpuVendor"]> {
  const said = [system.ProcessorSummary?.Model ?? "", ...(await processors(client, system, signal))];
  const vendors = new Set(said.flatMap((text) => vendorIn(text) ?? []));
  const [vendor] = vendors;
  if (vendors.size === 1 && vendor !== undefined) return vendor;
  throw new FirmwareError(
    `${client.host} does not say clearly whose processors it has (${printable(said.filter(Boolean).join(", ")) || "nothing"}).`,
    "Switch the host on once, so that its controller takes stock; then run the command again.",
  );
}

async function processors(client: RedfishClient, { Processors }: System, signal?: AbortSignal): Promise<string[]> {
  if (!Processors) return [];
  const { value } = await client.get(client.ownPath(Processors["@odata.id"]), collectionSchema, signal);
  const said: string[] = [];
  for (const member of value.Members.slice(0, 64)) {
    const { value: processor } = await client.get(client.ownPath(member["@odata.id"]), processorSchema, signal);
    // GPUs are listed as processors, too.
    if (processor.ProcessorType && processor.ProcessorType !== "CPU") continue;
    said.push(`${processor.Manufacturer ?? ""} ${processor.Model ?? ""}`);
  }
  return said;
}

function vendorIn(text: string): MachineIdentity["cpuVendor"] | undefined {
  const amd = /\b(amd|epyc|advanced micro devices|authenticamd)\b/i.test(text);
  const intel = /\b(intel|xeon|genuineintel)\b|intel\(r\)/i.test(text);
  if (amd === intel) return undefined;
  return amd ? "amd" : "intel";
}

/** Whether the host is up as far as firmware is concerned: out of its power-on tests, by what the controller reports. */
export function hasStarted(system: System): boolean {
  if (system.PowerState !== "On") return false;
  const post = system.Oem?.Hpe?.PostState;
  if (post) return post === "InPostDiscoveryComplete" || post === "FinishedPost";
  const last = system.BootProgress?.LastState;
  // Controllers without this property, and those that leave it at None or OEM's own, are taken by their settings alone.
  return !last || last === "None" || last === "OEM" || startedStates.has(last);
}

const startedStates: ReadonlySet<string> = new Set([
  "SystemHardwareInitializationComplete",
  "SetupEntered",
  "OSBootStarted",
  "OSRunning",
]);
