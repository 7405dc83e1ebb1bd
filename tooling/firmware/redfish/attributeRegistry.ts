import type { AttributeValue } from "../../../components/host/firmware/plan";
import type { RedfishLayout } from "../../../components/host/firmware/vendorSchema";
import { printable } from "../address";
import { FirmwareError } from "../target";
import type { RegisteredAttribute } from "../target";
import type { RedfishClient } from "./client";
import { closedAttributes } from "./dependencies";
import { collectionSchema, registryFileSchema, registrySchema } from "./schemas";
import type { RegistryEntry } from "./schemas";

type Values = Readonly<Record<string, AttributeValue>>;

/** Where a vendor keeps registries: below the host's system, or a path from the root on. */
export interface RegistryPlace extends Pick<RedfishLayout, "registry"> {
  readonly systemPath: string;
}

export interface BiosRegistry {
  /** As the registry stands with these values in force and pending. */
  attributes(current: Values, pending: Values): readonly RegisteredAttribute[];
}

/** Path of the registry that this machine names for its BIOS, by the Registries collection, else where its vendor puts it. */
export async function findRegistry(
  client: RedfishClient,
  name: string | null | undefined,
  place: RegistryPlace,
  signal?: AbortSignal,
): Promise<string> {
  if (!name)
    throw new FirmwareError(
      `${client.host} names no registry of its firmware's attributes, and none is written without having been looked up.`,
      "Update the machine's firmware; if that does not help, set the attributes by hand as `firmware plan` lists them.",
    );
  const path = (await inCollection(client, name, signal)) ?? atVendorsPlace(name, place);
  if (path === undefined)
    throw new FirmwareError(`${client.host} names the registry ${printable(name)} and does not have it.`);
  return path;
}

/** Read anew each time: what is read-only changes with each restart on controllers that say so in the registry itself. */
export async function readRegistry(client: RedfishClient, path: string, signal?: AbortSignal): Promise<BiosRegistry> {
  const { RegistryEntries: entries } = (await client.get(path, registrySchema, signal)).value;
  return {
    attributes(current, pending) {
      const closed = closedAttributes(entries.Attributes, entries.Dependencies ?? [], current, pending);
      return entries.Attributes.map((entry) => registered(entry, closed));
    },
  };
}

async function inCollection(client: RedfishClient, name: string, signal?: AbortSignal): Promise<string | undefined> {
  const { value } = await client.get("/redfish/v1/Registries", collectionSchema, signal);
  const wanted = name.toLowerCase();
  const ids = value.Members.map((member) => client.ownPath(member["@odata.id"]));
  const idOf = (path: string) => (path.replace(/\/+$/, "").split("/").at(-1) ?? "").toLowerCase();
  // Some list the registry with its version, some without.
  const found = ids.find((path) => idOf(path) === wanted) ?? ids.find((path) => wanted.startsWith(`${idOf(path)}.`));
  if (found === undefined) return undefined;
  const { Location } = (await client.get(found, registryFileSchema, signal)).value;
  const english =
    Location.find(({ Language, Uri }) => /^en/i.test(Language ?? "") && Uri) ?? Location.find(({ Uri }) => Uri);
  return english?.Uri ? client.ownPath(english.Uri) : undefined;
}

const atVendorsPlace = (name: string, { registry, systemPath }: RegistryPlace): string | undefined =>
  registry &&
  `${registry.startsWith("/redfish/") ? "" : systemPath.replace(/\/+$/, "")}${registry}`.replace(
    "{registry}",
    encodeURIComponent(name),
  );

function registered(entry: RegistryEntry, closed: ReadonlySet<string>): RegisteredAttribute {
  const { AttributeName: name, DisplayName, LowerBound, UpperBound, Value } = entry;
  return {
    name,
    ...(DisplayName && { displayName: printable(DisplayName) }),
    type: types[entry.Type ?? ""] ?? "string",
    ...(Value && { allowed: Value.map(({ ValueName }) => ValueName) }),
    ...(typeof LowerBound === "number" && { lowest: LowerBound }),
    ...(typeof UpperBound === "number" && { highest: UpperBound }),
    readOnly: closed.has(name),
  };
}

const types: Readonly<Record<string, RegisteredAttribute["type"]>> = {
  Enumeration: "enumeration",
  Integer: "integer",
  Boolean: "boolean",
  Password: "password",
  String: "string",
};
