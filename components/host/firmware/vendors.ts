import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { faults } from "./faults";
import type { VendorData } from "./vendorSchema";
import { vendorSchema } from "./vendorSchema";

/** A vendor's data, under the name of its file. */
export interface FirmwareVendor extends VendorData {
  readonly name: string;
}

/** A vendor is a file of this folder: another one needs a file, and nothing else. */
export const vendorDirectory = join(__dirname, "vendors");

/** Names of all vendors, those of a further folder included. */
export function vendorNames(further?: string): readonly string[] {
  const folders = further === undefined ? [vendorDirectory] : [vendorDirectory, further];
  return [...new Set(folders.flatMap((folder) => [...filesOf(folder).keys()]))].sort();
}

/** The data of one vendor; a further folder goes before this project's own. */
export function firmwareVendor(name: string, further?: string): FirmwareVendor {
  const path = (further === undefined ? undefined : filesOf(further).get(name)) ?? filesOf(vendorDirectory).get(name);
  if (path === undefined)
    throw new Error(
      `vendor "${name}" is unknown; write ${vendorNames(further).join(", ")}, or name a folder with its ${name}.yaml`,
    );
  return readVendor(name, path);
}

export function readVendor(name: string, path: string): FirmwareVendor {
  let data: unknown;
  try {
    data = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message.split("\n")[0] ?? "cannot be read"}`, { cause: error });
  }
  const parsed = vendorSchema.safeParse(data);
  if (!parsed.success) throw new Error(`${path}: ${faults(parsed.error)}`);
  return { name, ...parsed.data };
}

function filesOf(folder: string): ReadonlyMap<string, string> {
  let entries: readonly string[];
  try {
    entries = readdirSync(folder);
  } catch (error) {
    throw new Error(`${folder}: is no folder that can be read`, { cause: error });
  }
  const files = entries.filter((entry) => /^[a-z0-9][a-z0-9-]*\.yaml$/.test(entry)).sort();
  return new Map(files.map((file) => [file.slice(0, -".yaml".length), join(folder, file)]));
}
