import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readDescription } from "../../../tooling/rehearsal/description";
import { InstancePaths } from "../../../tooling/rehearsal/paths";
import { describeNextKeys } from "../../../tooling/upgrade/rehearsal/rotateKeys";
import { sampleSections } from "../../support/factory";

const directory = mkdtempSync(join(tmpdir(), "rotate-keys-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("the description with a model's next keys", () => {
  it("says the same of everything else, also what YAML 1.1 has for times and numbers", () => {
    const file = join(directory, "factory.yaml");
    const config = Object.entries(sampleSections()).map(([key, value]) => [`trustfoundry:${key}`, value]);
    // Without quotes, as YAML 1.2 writes texts such as 2028-01-01T00:00:00Z and e742060000000000.
    writeFileSync(file, stringify({ config: Object.fromEntries(config) as unknown }));
    expect(readFileSync(file, "utf8")).toContain("referenceValueExpiry: 2028-01-01T00:00:00Z\n");
    const factory = readDescription(file);
    const out = join(directory, "rotated.yaml");
    const kinds = ["model-key"] as const;
    const said = describeNextKeys({ paths: new InstancePaths("none"), factory, file, model: "llama-8b", kinds, out });
    expect(said).toEqual(["model key: acme/model-key/llama-8b.2 in place of acme/model-key/llama-8b"]);
    const models = factory.models.map((model) =>
      model.name === "llama-8b" ? { ...model, keys: ["acme/model-key/llama-8b.2"] } : model,
    );
    expect(readDescription(out)).toEqual({ ...factory, models });
  });
});
