import { describe, expect, it } from "vitest";
import { isWorse, severities, vulnerabilitiesOf } from "../../../../components/workload/acceptance/vulnerabilities";
import { trivyScan } from "../../../support/attestations";

describe("what a scanner found", () => {
  it("is read from Trivy's report, with and without results", () => {
    const { result } = trivyScan(undefined, [
      ["CVE-1", "CRITICAL"],
      ["CVE-2", "UNKNOWN"],
    ]).scanner;
    expect(vulnerabilitiesOf(result)).toEqual([
      { id: "CVE-1", severity: "critical" },
      { id: "CVE-2", severity: "high" },
    ]);
    for (const Results of [undefined, null, [{ Target: "a" }]])
      expect(vulnerabilitiesOf({ SchemaVersion: 2, Results })).toEqual([]);
  });

  it("is read from Grype's report", () => {
    const matches = [
      { vulnerability: { id: "GHSA-1", severity: "Negligible" }, artifact: {} },
      { vulnerability: { id: "GHSA-2", severity: "Medium" } },
    ];
    expect(vulnerabilitiesOf({ matches })).toEqual([
      { id: "GHSA-1", severity: "low" },
      { id: "GHSA-2", severity: "medium" },
    ]);
  });

  it("is read from in-toto's list, in both of its forms; of several ratings the worst counts", () => {
    const severity = [
      { method: "nvd", score: "medium" },
      { method: "cvss_score", score: "9.1" },
      { method: "other", score: "red" },
    ];
    const expected = [{ id: "CVE-123", severity: "critical" }];
    expect(vulnerabilitiesOf([{ id: "CVE-123", severity }])).toEqual(expected);
    expect(vulnerabilitiesOf([{ vulnerability: { id: "CVE-123", severity } }])).toEqual(expected);
    expect(vulnerabilitiesOf([])).toEqual([]);
  });

  it.each([
    ["another report", { findings: [] }],
    ["nothing", undefined],
    ["text", "no vulnerabilities found"],
    ["a rating that nobody can compare", [{ id: "CVE-1", severity: [{ method: "x", score: "purple" }] }]],
    ["no rating", [{ id: "CVE-1", severity: [] }]],
    ["a score beyond the scale", [{ id: "CVE-1", severity: [{ method: "cvss", score: "11" }] }]],
    ["the name of an object's own property", [{ id: "CVE-1", severity: [{ method: "x", score: "constructor" }] }]],
    [
      "Trivy's form with one odd entry",
      { SchemaVersion: 2, Results: [{ Vulnerabilities: [{ VulnerabilityID: "CVE-1" }] }] },
    ],
  ])("is unknown where the report is %s", (_, report) => {
    expect(vulnerabilitiesOf(report)).toBeUndefined();
  });

  it.each([
    ["0", "none"],
    ["0.1", "low"],
    ["3.9", "low"],
    ["4.0", "medium"],
    ["6.9", "medium"],
    ["7", "high"],
    ["8.9", "high"],
    ["9.0", "critical"],
    ["10.0", "critical"],
  ])("with a CVSS score of %s is %s", (score, severity) => {
    expect(vulnerabilitiesOf([{ id: "a", severity: [{ method: "cvss", score }] }])).toEqual([{ id: "a", severity }]);
  });
});

describe("severities", () => {
  it("are in order", () => {
    for (const [index, severity] of severities.entries())
      for (const [other, otherSeverity] of severities.entries())
        expect(isWorse(severity, otherSeverity)).toBe(index > other);
  });
});
