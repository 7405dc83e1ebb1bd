import { existsSync } from "node:fs";
import { join } from "node:path";
import { readVendor, vendorDirectory, vendorNames } from "../../components/host/firmware/vendors";
import { packageRoot } from "../../stacks/project";
import type { Files } from "./commonFiles";
import { commonFiles } from "./commonFiles";
import { templateNames } from "./partnerFile";
import type { TemplateVendor } from "./vendorTemplate";
import { vendorTemplate } from "./vendorTemplate";

export const templatesFolder = join(packageRoot, "stacks", "partners");

/** Vendors of hardware whose data asks for a template. */
export function templateVendors(folder = vendorDirectory): TemplateVendor[] {
  return vendorNames(folder)
    .map((name) => ({ name, path: join(folder, `${name}.yaml`) }))
    .filter(({ path }) => existsSync(path))
    .map(({ name, path }) => readVendor(name, path))
    .filter((vendor): vendor is TemplateVendor => vendor.template !== undefined);
}

/** Every file that is made from data, by its path in the folder of templates. */
export function renderedFiles(templates: string, vendors: string): Files {
  const made = templateVendors(vendors).map((vendor) => [vendor.name, vendorTemplate(vendor)] as const);
  const names = made.map(([name]) => name);
  const written = existsSync(templates) ? templateNames(templates).filter((name) => !names.includes(name)) : [];
  const all = [...made, ...written.map((name) => [name, commonFiles()] as const)];
  return Object.fromEntries(
    all.flatMap(([name, files]) => Object.entries(files).map(([file, text]) => [`${name}/${file}`, text])),
  );
}
