import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { roles } from "../../stacks/config/factory";
import { UserError } from "../ui";

const phrase = z
  .string()
  .min(1)
  .max(160)
  .regex(/^[^\n|]*[^\n|.]$/, "one line without a full stop at its end");

/** What is said of a template: its row in README's table. Short phrases, and no more than is true. */
export const partnerSchema = z.strictObject({
  title: phrase.describe("the partner's name"),
  contributes: phrase.describe("what comes from the partner"),
  roles: z.array(z.enum(roles)).min(1).describe("roles that the template offers, one preset each"),
  verified: phrase.describe("what was run"),
  against: phrase.describe("what it was run against"),
  notVerified: phrase.describe("what was not"),
});

export type PartnerFile = z.infer<typeof partnerSchema>;

export interface Partner extends PartnerFile {
  /** Folder in stacks/partners. */
  readonly name: string;
}

/** Folders of templates. */
export function templateNames(templates: string): string[] {
  return readdirSync(templates, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export function readPartner(templates: string, name: string): Partner {
  const path = join(templates, name, "partner.yaml");
  if (!existsSync(path))
    throw new UserError(`${path} is missing; write title, contributes, roles, verified and so on.`);
  const result = partnerSchema.safeParse(parse(readFileSync(path, "utf8")));
  if (!result.success) throw new UserError(`${path}: ${z.prettifyError(result.error).replace(/\s*\n\s*/g, " ")}`);
  return { name, ...result.data };
}
