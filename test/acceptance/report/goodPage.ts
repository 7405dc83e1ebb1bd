import type { Browser } from "playwright-core";
import { expect } from "vitest";
import { visit } from "./browser";

export const reportSections = [
  "Summary",
  "Parties",
  "Clusters and trust boundary",
  "What crosses the trust boundary",
  "Who is stopped from reaching what",
  "Ways to an asset, and what stops them",
  "What is not covered",
  "Pillars and controls in force",
  "Releases",
  "Policy results and exceptions",
  "Versions and advisories",
  "What this was made from",
];

/** No error, no request, every section, nothing that axe-core calls serious, no scrolling sideways. */
export async function expectGoodPage(
  browser: Browser,
  file: string,
  colorScheme: "light" | "dark",
  width: number,
): Promise<void> {
  const found = await visit(browser, file, { colorScheme, viewport: { width, height: 900 } });
  expect(found.errors).toEqual([]);
  expect(found.requests).toEqual([]);
  expect(found.sections).toEqual(reportSections);
  expect(found.overflow).toBe(0);
  expect(found.violations.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
}
