import { pillars } from "../../policies/rule";
import { ruleFiles } from "./ruleFiles";

/** The text of `policies/rules/index.ts`: every rule's file, by pillar and name. A rule's author adds one file only. */
export function rulesIndex(directory: string): string {
  const files = ruleFiles(directory);
  const namesOf = (wanted: string) => files.filter(({ pillar }) => pillar === wanted).map(({ name }) => `  ${name},`);
  return [
    "// Made from the files beside it by `npm run docs`; do not edit.",
    'import type { Rule } from "../rule";',
    ...files.map(({ pillar, name }) => `import { ${name} } from "./${pillar}/${name}";`),
    "",
    "/** Every rule there is, by pillar. Packs choose among them. */",
    "export const rules: readonly Rule[] = [",
    pillars.map((pillar) => namesOf(pillar).join("\n")).join("\n\n"),
    "];",
    "",
  ].join("\n");
}
