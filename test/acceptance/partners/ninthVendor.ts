import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { root } from "../../support/factory";

/** The example data file of docs/partners.md, as a reader would copy it. */
export function exampleVendor(): string {
  const page = readFileSync(join(root, "docs/partners.md"), "utf8");
  const [, section = ""] = /^## A ninth vendor$([\s\S]*)/m.exec(page) ?? [];
  const [, data] = /```yaml\n([\s\S]*?)```/.exec(section) ?? [];
  if (data === undefined) throw new Error('docs/partners.md has no data file under "A ninth vendor"');
  return data;
}

/** What the page says to do, in a package elsewhere than this checkout: one file, one command. */
export async function addVendor(name: string, data: string, packageDirectory: string): Promise<void> {
  const vendors = join(packageDirectory, "components/host/firmware/vendors");
  writeFileSync(join(vendors, `${name}.yaml`), data);
  const templates = join(packageDirectory, "stacks/partners");
  await execa("npm", ["run", "templates", "--", "--vendors", vendors, "--templates", templates], { cwd: root });
}
