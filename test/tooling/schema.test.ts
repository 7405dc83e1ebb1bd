import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { editorSchema } from "../../tooling/schema";
import { root } from "../support/factory";

const sample = () =>
  parse(readFileSync(join(root, "Pulumi.rehearsal.yaml"), "utf8")) as { config: Record<string, unknown> };
const validate = new Ajv({ strict: false }).compile(JSON.parse(editorSchema()) as object);

describe("the editor's JSON Schema", () => {
  it("is the one that is committed; `npm run schema` renews it", () => {
    expect(readFileSync(join(root, "stacks/config/factory.schema.json"), "utf8")).toBe(editorSchema());
  });

  it("accepts the sample and refuses a wrong enum value and a missing party", () => {
    expect(validate(sample())).toBe(true);
    const wrong = sample();
    wrong.config["trustfoundry:parties"] = { modelOwner: "a" };
    expect(validate(wrong)).toBe(false);
    const misspelt = sample();
    misspelt.config["trustfoundry:platform"] = { set: "ra-9" };
    expect(validate(misspelt)).toBe(false);
  });
});
