import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { remoteComponents } from "../../languages/components";
import { root } from "../support/factory";

const page = readFileSync(join(root, "docs/languages.md"), "utf8");
const block = (language: string, head: string) => {
  const section = page.slice(page.indexOf(`\n## ${head}\n`));
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(section)?.[1] ?? "";
};

/** Whether arguments are taken as they stand, and outputs are there. */
function check(token: string, args: Record<string, unknown>, outputs: readonly string[]): void {
  const component = remoteComponents.find((each) => each.token === token);
  expect(component, token).toBeDefined();
  const { settings, outside = {}, references = {}, outputs: known } = component!;
  const plain = Object.entries(args).filter(([key]) => !(key in outside) && !(key in references));
  expect(settings.safeParse(Object.fromEntries(plain)).error?.issues).toBeUndefined();
  for (const key of [...Object.keys(outside), ...Object.keys(references)]) expect(Object.keys(args)).toContain(key);
  for (const output of outputs) expect(Object.keys(known)).toContain(output);
}

describe("examples of docs/languages.md", () => {
  it("in Python", () => {
    const text = block("python", "Python");
    const [, token = "", args = "", outputs = ""] =
      /= Remote\(\s*"([^"]+)",\s*"[^"]+",\s*(\{[\s\S]*\}),\s*(\[[^\]]*\]),\s*\)/.exec(text)!;
    const used = /tenant\.(\w+)/.exec(text)?.[1];
    check(token, parse(args) as Record<string, unknown>, parse(outputs) as string[]);
    expect(parse(outputs)).toContain(used);
  });

  it("in TypeScript", () => {
    const text = block("typescript", "TypeScript");
    const [, args = ""] = /new NodeMode\("[^"]+", (\{[\s\S]*?\n\})\);/.exec(text)!;
    const [, token = ""] = /super\("([^"]+)"/.exec(text)!;
    check(token, parse(args) as Record<string, unknown>, [/mode\.(\w+)/.exec(text)![1]!]);
  });

  it("in YAML", () => {
    const { resources, outputs } = parse(block("yaml", "YAML")) as {
      readonly resources: Record<string, { type: string; properties: Record<string, unknown> }>;
      readonly outputs: Record<string, string>;
    };
    expect(Object.keys(resources).length).toBeGreaterThan(1);
    for (const [name, { type, properties }] of Object.entries(resources)) {
      const given = Object.entries(properties).map(([key, value]) => [key, isFile(value) ? "content" : value]);
      const used = Object.values(outputs).flatMap(
        (text) => new RegExp(`\\$\\{${name}\\.(\\w+)\\}`).exec(text)?.[1] ?? [],
      );
      check(type, Object.fromEntries(given) as Record<string, unknown>, used);
    }
  });
});

const isFile = (value: unknown) => typeof value === "object" && value !== null && "fn::readFile" in value;
