import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { tokens } from "../../components/tokens";
import { root } from "../support/factory";

interface ComponentClass {
  readonly name: string;
  readonly folder: string;
  readonly source: string;
}

/** Every component resource of the source tree. */
const classes = readdirSync(join(root, "components"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file): ComponentClass[] => {
    const source = readFileSync(join(root, "components", file), "utf8");
    return [...source.matchAll(/class (\w+) extends (?:pulumi\.)?ComponentResource\b/g)].map(([, name = ""]) => ({
      name,
      folder: file.split(sep)[0] ?? "",
      source,
    }));
  });

describe("type tokens", () => {
  it("belong to one component each, named after its folder and class", () => {
    expect(Object.values(tokens).sort()).toEqual(
      classes.map(({ name, folder }) => `trustfoundry:${folder}:${name}`).sort(),
    );
  });

  it.each(classes.map((component) => [component.name, component] as const))(
    "%s registers under its own token, and its outputs once",
    (_, { name, folder, source }) => {
      const [key] = Object.entries(tokens).find(([, token]) => token === `trustfoundry:${folder}:${name}`) ?? [];
      expect([...source.matchAll(/super\(tokens\.(\w+),/g)].map(([, used]) => used)).toEqual([key]);
      expect(source.match(/this\.registerOutputs\(/g)).toHaveLength(1);
    },
  );
});
