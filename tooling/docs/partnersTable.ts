import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readPartner, templateNames } from "../partners/partnerFile";
import { table } from "./text";

const [begin, end] = ["<!-- partners: made by `npm run docs` -->", "<!-- /partners -->"];

/** README with the row of each template, from its partner.yaml. */
export function readmeWithPartners(root: string): string {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no ${begin} … ${end}`);
  return `${text.slice(0, from)}${begin}\n\n${partnersTable(join(root, "stacks", "partners"))}\n\n${text.slice(to)}`;
}

export function partnersTable(templates: string): string {
  const heads = ["Template", "Contributes", "Verified", "Against", "Not verified"];
  const described = templateNames(templates).filter((name) => existsSync(join(templates, name, "partner.yaml")));
  const rows = described.map((name) => {
    const { title, contributes, verified, against, notVerified } = readPartner(templates, name);
    return [`[${title}](stacks/partners/${name}/README.md)`, contributes, verified, against, notVerified];
  });
  return table(heads, rows);
}
