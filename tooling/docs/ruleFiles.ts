import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { claims } from "../../components/verdict/claims";
import type { Pillar, RuleText } from "../../policies/rule";
import { pillars } from "../../policies/rule";

/** A file under `policies/rules/<pillar>`, which is to export one rule of its own name. */
export interface RuleFile {
  readonly pillar: Pillar;
  readonly name: string;
}

/** Every rule's file, by pillar and name. */
export function ruleFiles(directory: string): RuleFile[] {
  return pillars.flatMap((pillar) =>
    readdirSync(join(directory, pillar))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => ({ pillar, name: basename(file, ".ts") }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
}

/** What keeps the pages from being made of a file, as sentences for the rule's author. */
export function problemsOfFile({ pillar, name }: RuleFile, exported: Readonly<Record<string, unknown>>): string[] {
  const file = `policies/rules/${pillar}/${name}.ts`;
  const rule = exported[name] as RuleText | undefined;
  if (!rule) {
    const others = Object.keys(exported).filter((key) => key !== "default" && key !== "module.exports");
    return [`${file} exports ${others.join(", ") || "nothing"}; name the rule's constant ${name}`];
  }
  const id = name.replace(/[A-Z]+|\d+/g, (part) => `-${part.toLowerCase()}`);
  const problems: string[] = [];
  if (camelCase(rule.id) !== name) problems.push(`${file}: id "${rule.id}" is another name; write "${id}"`);
  if (rule.pillar !== pillar) problems.push(`${file}: pillar "${rule.pillar}" is another folder; write "${pillar}"`);
  for (const claim of rule.claims)
    if (!Object.hasOwn(claims, claim))
      problems.push(`${file}: claim "${claim}" is not known; components/verdict/claims.ts has the list`);
  return problems;
}

/** The name of the file, and of the constant, of a rule. */
function camelCase(id: string): string {
  return id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
