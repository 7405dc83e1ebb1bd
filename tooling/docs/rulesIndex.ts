import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { pillars } from "../../policies/rule";

/** The text of `policies/rules/index.ts`: every rule's file, by pillar and name. A rule's author adds one file only. */
export function rulesIndex(directory: string): string {
  const names = pillars.map((pillar) => ({
    pillar,
    names: readdirSync(join(directory, pillar))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => basename(file, ".ts"))
      .sort(),
  }));
  const imports = names.flatMap(({ pillar, names }) =>
    names.map((name) => `import { ${name} } from "./${pillar}/${name}";`),
  );
  return [
    "// Made from the files beside it by `npm run docs`; do not edit.",
    'import type { Rule } from "../rule";',
    ...imports,
    "",
    "/** Every rule there is, by pillar. Packs choose among them. */",
    "export const rules: readonly Rule[] = [",
    names.map(({ names }) => names.map((name) => `  ${name},`).join("\n")).join("\n\n"),
    "];",
    "",
  ].join("\n");
}
