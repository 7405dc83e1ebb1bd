import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../stacks/config/load";
import { root } from "../support/factory";
import { codeBlocks, pages } from "./pages";

const prefix = "trustfoundry:";

/** Complete stack configurations of the pages: YAML with a role. */
const examples = pages.flatMap((page) =>
  codeBlocks(page)
    .filter(({ language, text }) => language === "yaml" && /^config:/m.test(text))
    .map(({ line, text }) => ({ page, line, text })),
);

function sections(text: string): Record<string, unknown> {
  // YAML 1.1, as the engine reads it: there a bare `on` is true and a bare date is no text.
  const { config } = parse(text, { version: "1.1" }) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      expect(key.startsWith(prefix), key).toBe(true);
      return [key.slice(prefix.length), value];
    }),
  );
}

describe("examples of stack configurations in the documentation", () => {
  it("are there for every role of a party", () => {
    const roles = new Set(examples.map(({ text }) => sections(text).role));
    expect([...roles].sort()).toEqual(expect.arrayContaining(["infrastructure", "trust", "workloads"]));
  });

  it.each(examples)("$page, line $line, is accepted", ({ text }) => {
    expect(() => parseConfig(sections(text))).not.toThrow();
  });

  it("show no setting that is not in the editor's schema", () => {
    const schema = JSON.parse(readFileSync(join(root, "stacks/config/factory.schema.json"), "utf8")) as {
      properties: { config: { properties: Record<string, unknown> } };
    };
    const known = Object.keys(schema.properties.config.properties);
    const named = pages.flatMap((page) =>
      [...readFileSync(join(root, page), "utf8").matchAll(/\btrustfoundry:([a-z][A-Za-z]*)\b(?!:)/g)].map(
        ([setting]) => ({ page, setting }),
      ),
    );
    expect(named.length).toBeGreaterThan(10);
    // Read by the program as a Pulumi secret, and never by the schema.
    expect(named.filter(({ setting }) => setting !== "trustfoundry:trustSecrets" && !known.includes(setting))).toEqual(
      [],
    );
  });
});
