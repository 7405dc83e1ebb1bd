import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tokens } from "../../components/tokens";
import { remoteComponents } from "../../languages/components";
import { packageSchema } from "../../languages/schema/packageSchema";
import type { JsonForm } from "../../languages/schema/propertyTypes";
import { TypeTable } from "../../languages/schema/typeTable";
import { root } from "../support/factory";

interface Schema {
  readonly resources: Readonly<
    Record<string, { inputProperties: object; properties: object; requiredInputs?: string[] }>
  >;
  readonly types: Readonly<Record<string, unknown>>;
}
const schema = JSON.parse(packageSchema()) as Schema;

describe("the package's schema", () => {
  it("is the one that is committed; `npm run schema` renews it", () => {
    expect(readFileSync(join(root, "languages/schema.json"), "utf8")).toBe(packageSchema());
  });

  it("has the components under the tokens that they have in TypeScript", () => {
    expect(Object.keys(schema.resources)).toEqual(remoteComponents.map(({ token }) => token));
    for (const token of Object.keys(schema.resources)) expect(Object.values(tokens)).toContain(token);
  });

  it("gives no argument the name of an output, which are one object's properties in the SDKs", () => {
    for (const { inputProperties, properties } of Object.values(schema.resources))
      expect(Object.keys(inputProperties).filter((key) => key in properties)).toEqual([]);
  });

  it("has every type that it refers to", () => {
    const references = [...packageSchema().matchAll(/"#\/types\/([^"]+)"/g)].map(([, token]) => token);
    expect(references.filter((token) => !(token! in schema.types))).toEqual([]);
    expect(Object.keys(schema.types).filter((token) => !references.includes(token))).toEqual([]);
  });

  it("marks secrets, and what has to be known at preview", () => {
    expect(schema.resources[tokens.trustee]?.inputProperties).toMatchObject({
      secrets: { secret: true },
      attestation: { plain: true },
    });
    expect(schema.resources[tokens.confidentialWorkload]?.requiredInputs).toContain("namespace");
    expect(schema.resources[tokens.kata]?.requiredInputs).toEqual(["nodeFeatures", "nodeMode", "platform"]);
  });
});

describe("types", () => {
  const property = (form: JsonForm) => {
    const table = new TypeTable("p");
    return { property: table.property(form, "Name"), types: table.types };
  };

  it("say which words are taken, and what is there without", () => {
    expect(property({ type: "string", enum: ["a", "b"], default: "a", description: "which one" }).property).toEqual({
      type: "string",
      description: "Which one. One of: a, b. Default: a.",
    });
  });

  it("are told apart by their kind", () => {
    const kind = (word: string): JsonForm => ({
      type: "object",
      properties: { kind: { type: "string", const: word } },
    });
    expect(property({ oneOf: [kind("one"), kind("two")] }).property.discriminator).toEqual({
      propertyName: "kind",
      mapping: { one: "#/types/p:index:NameOne", two: "#/types/p:index:NameTwo" },
    });
  });

  it("are tables where properties have names that are none in the languages", () => {
    const texts: JsonForm = { type: "array", items: { type: "string" } };
    expect(property({ type: "object", properties: { "04": texts, "08": texts } })).toEqual({
      property: { type: "object", additionalProperties: { type: "array", items: { type: "string" } } },
      types: {},
    });
  });

  it("of one name are one type", () => {
    const table = new TypeTable("p");
    const form = (type: string): JsonForm => ({ type: "object", properties: { a: { type } } });
    table.property(form("string"), "Same");
    table.property(form("string"), "Same");
    expect(() => table.property(form("integer"), "Same")).toThrow("p:index:Same");
  });
});
