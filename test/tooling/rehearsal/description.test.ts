import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readDescription } from "../../../tooling/rehearsal/description";
import { root, sampleFactory } from "../../support/factory";

const sample = join(root, "Pulumi.rehearsal.yaml");
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "description-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

function readChanged(change: (text: string) => string) {
  const text = readFileSync(sample, "utf8");
  const changed = change(text);
  expect(changed).not.toBe(text);
  const path = join(directory, "factory.yaml");
  writeFileSync(path, changed);
  return readDescription(path);
}

describe("a factory's description", () => {
  it("is read as the sample is", () => {
    expect(readDescription(sample)).toEqual(sampleFactory());
  });

  it("keeps days, versions and hex as text, quoted or not", () => {
    const { attestation } = readChanged((text) => text.replace('"2028-01-01T00:00:00Z"', "2028-01-01T00:00:00Z"));
    expect(attestation.referenceValueExpiry).toBe("2028-01-01T00:00:00Z");
    expect(attestation.gpuFirmware).toEqual({ drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"] });
  });

  it("needs its accepted XFAM quoted where it could be a number", () => {
    expect(readDescription(sample).attestation.tdxTcb?.xfam).toEqual(["e742060000000000"]);
    expect(() => readChanged((text) => text.replace('"e742060000000000"', "1742060000000000"))).toThrow(
      /attestation\.tdxTcb\.xfam\[0\]: 1742060000000000 is not right; write a text, in quotes/,
    );
  });

  it.each([
    ["no file", () => readDescription(join(tmpdir(), "nowhere.yaml")), /There is no file/],
    ["broken YAML", () => readChanged(() => "config: {"), /is not valid YAML/],
    ["no settings", () => readChanged(() => "name: x\n"), /has no `config:` section/],
    ["another project's settings", () => readChanged(() => "config: { aws:region: x }\n"), /`aws:region`/],
  ])("is refused: %s", (_, read, says) => {
    expect(read).toThrow(says);
  });
});
