import { readFileSync } from "node:fs";
import { join } from "node:path";
import { table } from "./text";

const [begin, end] = ["<!-- components: made by `npm run docs` from languages/schema.json -->", "<!-- /components -->"];

interface Property {
  readonly secret?: boolean;
}
interface Component {
  readonly description: string;
  readonly inputProperties: Readonly<Record<string, Property>>;
  readonly requiredInputs?: readonly string[];
  readonly properties: Readonly<Record<string, Property>>;
}

/** docs/languages.md with a row for each component of the package's schema. */
export function languagesPage(root: string): string {
  const text = readFileSync(join(root, "docs/languages.md"), "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/languages.md has no ${begin} … ${end}`);
  const schema = JSON.parse(readFileSync(join(root, "languages/schema.json"), "utf8")) as {
    readonly resources: Readonly<Record<string, Component>>;
  };
  return `${text.slice(0, from)}${begin}\n\n${componentsTable(schema.resources)}\n\n${text.slice(to)}`;
}

function componentsTable(components: Readonly<Record<string, Component>>): string {
  const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
  const rows = Object.entries(components).map(([token, component]) => {
    const { description, inputProperties, requiredInputs = [], properties } = component;
    const optional = Object.keys(inputProperties).filter((key) => !requiredInputs.includes(key));
    return [`\`${token}\``, description, code(requiredInputs), code(optional), code(Object.keys(properties))];
  });
  return table(["Token", "What it places", "Needed", "Optional", "Outputs"], rows);
}
