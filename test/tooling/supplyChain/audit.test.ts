import { describe, expect, it } from "vitest";
import { readAudit, readSignatures } from "../../../tooling/supplyChain/auditReport";

const report = (vulnerabilities: object) => JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: {} });

describe("npm's audit", () => {
  it("is clean where the registry knows of nothing", () => {
    expect(readAudit(report({}), "")).toEqual({ kind: "clean" });
  });

  it("names what is vulnerable", () => {
    const found = { b: { severity: "high", range: "<2" }, a: { severity: "low", range: "*" } };
    expect(readAudit(report(found), "")).toEqual({ kind: "vulnerable", lines: ["high: b <2", "low: a *"] });
  });

  it.each([
    ["a refusal", JSON.stringify({ message: "405 Method Not Allowed", statusCode: 405 }), "405 Method Not Allowed"],
    ["nothing", "", "request failed"],
    ["another form", JSON.stringify({ auditReportVersion: 3, vulnerabilities: {} }), "request failed"],
    ["no object", "null", "request failed"],
    ["another severity", report({ a: { severity: "odd", range: "*" } }), "request failed"],
  ])("is no audit where the registry answers by %s", (_, stdout, why) => {
    expect(readAudit(stdout, "npm error audit request failed\n")).toEqual({ kind: "unknown", why });
  });
});

describe("npm's signatures", () => {
  it("are clean, missing, invalid or unknown", () => {
    const one = { name: "a", version: "1.0.0", registry: "x" };
    expect(readSignatures(JSON.stringify({ invalid: [], missing: [] }), "")).toEqual({ kind: "clean" });
    expect(readSignatures(JSON.stringify({ invalid: [one], missing: [one] }), "")).toEqual({
      kind: "vulnerable",
      lines: ["invalid signature or attestation: a 1.0.0", "no signature, from a registry that signs: a 1.0.0"],
    });
    expect(readSignatures(JSON.stringify({ error: { code: "E" } }), "npm error found no dependencies")).toEqual({
      kind: "unknown",
      why: "found no dependencies",
    });
  });
});
