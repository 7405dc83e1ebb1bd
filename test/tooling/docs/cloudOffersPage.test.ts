import type { Fact } from "../../../components/host/fact";
import { describe, expect, it } from "vitest";
import * as offerings from "../../../components/host/offerings";
import { cloudOffersPage } from "../../../tooling/docs/cloudOffersPage";
import { cell } from "../../../tooling/docs/text";

/** Every row with a foundation that the module exports, whatever its form. */
function founded(value: unknown): { fact: Fact }[] {
  if (typeof value !== "object" || value === null) return [];
  if ("fact" in value) return [value as { fact: Fact }];
  return Object.values(value).flatMap(founded);
}

describe("the page of what clouds offer", () => {
  const page = cloudOffersPage();
  const lines = page.split("\n");

  it("leaves out no row that checks read", () => {
    const rows = Object.values(offerings).flatMap(founded);
    expect(rows.length).toBeGreaterThan(15);
    for (const { fact } of rows)
      expect(
        lines.filter((line) => line.includes(cell(fact.source)) && line.includes(fact.asOf)),
        fact.source,
      ).not.toEqual([]);
  });

  it("calls hints what they are, and nothing else", () => {
    const hint = lines.find((line) => line.includes("`us-central1-a`"));
    const verified = lines.find((line) => line.includes("`eastus2`, "));
    expect(hint).toContain("secondary (hint)");
    expect(verified).not.toContain("hint");
  });
});
