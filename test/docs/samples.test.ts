import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../stacks/config/load";
import { constraintRows } from "../../tooling/docs/constraintRows";
import { root } from "../support/factory";
import { codeBlocks, filesEnding, pages } from "./pages";

const samples = filesEnding(".yaml").filter((file) => /^samples\/[^/]+\/Pulumi\.[a-z-]+\.yaml$/.test(file));

function sectionsOf(file: string): Record<string, unknown> {
  const { config } = parse(readFileSync(join(root, file), "utf8"), { version: "1.1" }) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(/^trustfoundry:/, ""), value]));
}

describe("samples", () => {
  it.each(samples)("%s is accepted, as it stands and as YAML 1.1 has it", (file) => {
    expect(() => parseConfig(sectionsOf(file))).not.toThrow();
  });

  it("are in their readme, each with its folder and with the command that plans it", () => {
    const readme = readFileSync(join(root, "samples/README.md"), "utf8");
    const commands = codeBlocks("samples/README.md").flatMap(({ text }) => text.split("\n"));
    expect(samples.length).toBeGreaterThan(4);
    for (const file of samples) {
      expect(readme).toContain(`](${file.split("/")[1]})`);
      expect(readme).toContain(`\`${file.split("/")[2]}\``);
      // Trustee's images have digests in no registry that a plan without a network could ask.
      if (sectionsOf(file).role === "trust") continue;
      expect(commands).toContain(`npm run trustfoundry -- plan --offline ${file}`);
    }
  });

  it("scale to zero: no pool keeps a GPU node that nobody asked for", () => {
    const pools = samples
      .map(sectionsOf)
      .flatMap(({ providers = [] }) => providers as Record<string, { nodePools?: { minCount?: number }[] }>[])
      .flatMap(({ azure, gcp }) => [...(azure?.nodePools ?? []), ...(gcp?.nodePools ?? [])]);
    expect(pools.length).toBeGreaterThan(1);
    expect(pools.filter(({ minCount = 0 }) => minCount > 0)).toEqual([]);
  });
});

it("constraints that pages tell to acknowledge are hints that exist", () => {
  const hints = constraintRows()
    .filter(({ departure }) => departure !== "refused")
    .map(({ name }) => name);
  const told = pages.flatMap((page) =>
    [...readFileSync(join(root, page), "utf8").matchAll(/\backnowledged: \[([a-z0-9, -]+)\]/g)].flatMap(
      ([, names = ""]) => names.split(/, */),
    ),
  );
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter((name) => !hints.includes(name))).toEqual([]);
});
