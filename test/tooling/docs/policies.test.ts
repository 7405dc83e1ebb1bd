import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rules } from "../../../policies/rules";
import { policiesPage } from "../../../tooling/docs/policies";
import { root } from "../../support/factory";

describe("the page of the policy rules", () => {
  it("is the one that `npm run docs` makes", () => {
    expect(readFileSync(join(root, "docs/policies.md"), "utf8")).toBe(policiesPage());
  });

  it("has a section with threat, remedy and source for every rule", () => {
    const page = policiesPage();
    for (const { id, threat, remediation, source } of rules) {
      const section = page.split(`\n## ${id}\n`)[1]?.split("\n## ")[0] ?? "";
      expect(section, id).toContain(threat);
      expect(section, id).toContain(remediation);
      expect(section, id).toContain(source.url);
    }
  });
});
