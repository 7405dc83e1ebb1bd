import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { policiesInForce } from "../../../policies/admission/inForce";
import { admissionYaml } from "../../../tooling/commands/admissionYaml";
import type { AdmissionOptions } from "../../../tooling/commands/admissionYaml";

const now = new Date("2026-11-26T12:00:00Z");
const options = { pack: "baseline", cluster: "provider", tenant: ["acme"] } as const satisfies AdmissionOptions;
const documents = (changes: Partial<AdmissionOptions> = {}) =>
  parseAllDocuments(admissionYaml({ ...options, ...changes }, now)).map((document) => document.toJS() as unknown);

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "admission-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe("policies as YAML", () => {
  it.each(["provider", "owner"] as const)("are those that the %s's program places", (cluster) => {
    const placed = policiesInForce(cluster, "baseline", { now, tenants: ["acme"] });
    expect(placed.length).toBeGreaterThan(2);
    expect(documents({ cluster })).toEqual(placed.flatMap(({ policy, bindings }) => [policy, ...bindings]));
  });

  it("are those of nodes that are TEEs themselves, where somebody says so", () => {
    const text = admissionYaml({ ...options, isolationUnit: "node" }, now);
    expect(text).toContain("trustfoundry-no-host-access");
    expect(text).not.toContain("trustfoundry-init-data-present");
    expect(admissionYaml(options, now)).toContain("trustfoundry-init-data-present");
  });

  it("have no anchors, which some readers refuse", () => {
    expect(admissionYaml(options, now)).not.toMatch(/: [&*]\w/);
  });

  it("spare what a list of exceptions names", () => {
    const file = join(directory, "exceptions.yaml");
    writeFileSync(
      file,
      "- { rule: no-host-access, resource: legacy, reason: moving, owner: ops, until: 2026-12-31 }\n",
    );
    expect(admissionYaml({ ...options, exceptions: file }, now)).toContain('request.name == "legacy"');
    expect(admissionYaml(options, now)).not.toContain("legacy");
  });

  it.each([
    [
      "- { rule: no-host-access, resource: legacy, owner: ops, until: 2026-12-31 }\n",
      /trustfoundry:exceptions\[0\]\.reason/,
    ],
    ["rule: no-host-access\n", /trustfoundry:exceptions: /],
  ])("refuse a malformed list by its path", (text, reason) => {
    const file = join(directory, "malformed.yaml");
    writeFileSync(file, text);
    expect(() => admissionYaml({ ...options, exceptions: file }, now)).toThrow(reason);
    expect(() => admissionYaml({ ...options, exceptions: file }, now)).toThrow(file);
  });
});
