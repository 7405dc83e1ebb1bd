import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { partnerProgram } from "../../stacks/partnerProgram";
import { completeSections } from "../../stacks/presetFile";

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "presets-"));
  mkdirSync(join(project, "settings"));
  put("infrastructure", "role: infrastructure\nfactory: acme\n");
  put("trust", 'role: trust\nfactory: acme\nday: 2028-01-01\nmode: "on"\n');
});
afterEach(() => rmSync(project, { recursive: true }));

const put = (role: string, text: string) => writeFileSync(join(project, "settings", `${role}.yaml`), text);
const complete = (own: Record<string, unknown>) => completeSections(project, own).sections;

describe("the preset of a generated project", () => {
  it("is that of the role, and a day in it stays text", () => {
    expect(complete({ role: "trust", factory: "other" })).toEqual({
      role: "trust",
      factory: "other",
      day: "2028-01-01",
      mode: "on",
    });
  });

  it.each([
    [{}, "trustfoundry:role: missing; write one of infrastructure, trust"],
    [
      { role: "workloads" },
      'trustfoundry:role: "workloads" has no preset in settings/; write one of infrastructure, trust, or add settings/workloads.yaml',
    ],
    [{ role: "../x" }, 'trustfoundry:role: "../x" has no preset in settings/; write one of infrastructure, trust'],
  ])("is asked for where %j names none", (own, problem) => {
    expect(() => complete(own)).toThrow(problem);
  });

  it.each([
    ["role: [", /settings\/trust\.yaml is not valid YAML: /],
    ["- role", /settings\/trust\.yaml has no settings; write sections by name/],
    ["role: keys", /settings\/trust\.yaml: role is "keys", and its name says trust; write role: trust/],
    ["", /settings\/trust\.yaml has no settings/],
  ])("is refused with its file's name where it is %j", (text, message) => {
    put("trust", text);
    expect(() => complete({ role: "trust" })).toThrow(message);
    // Another role's stack looks at it for the answers that it leaves alone.
    expect(() => complete({ role: "infrastructure" })).toThrow(message);
  });

  it("is the only one where there is one, without being asked for", () => {
    rmSync(join(project, "settings", "infrastructure.yaml"));
    expect(complete({ factory: "other" })).toMatchObject({ role: "trust", factory: "other" });
    expect(() => complete({ role: "infrastructure" })).toThrow(
      /"infrastructure" has no preset in settings\/; write trust, or/,
    );
  });

  it("is not needed", () => {
    rmSync(join(project, "settings"), { recursive: true });
    expect(complete({ role: "trust", factory: "acme" })).toEqual({ role: "trust", factory: "acme" });
  });
});

describe("partnerProgram", () => {
  it("wants the project's directory", () => {
    expect(() => partnerProgram(project)).toThrow(/has no Pulumi\.yaml; call partnerProgram\(__dirname\)/);
    writeFileSync(join(project, "Pulumi.yaml"), "name: x\nruntime: nodejs\n");
    expect(partnerProgram(project)).toBeTypeOf("function");
  });
});
