import { describe, expect, it } from "vitest";
import { violationMessage } from "../../../policies/crossguard";
import { useMessage } from "../../../policies/exceptionPolicies";
import { rules } from "../../../policies/rules";
import { broken } from "../../../policies/breakage";
import { findingOf, notYetKnownOf, useOf } from "../../../tooling/review/policyMessage";

/** Every message that a rule has for its own breakages. */
const findings = rules.flatMap((rule) =>
  rule.breakages.flatMap((breakage) =>
    rule.evaluate(broken(rule.compliant, breakage)).findings.map((finding) => ({ rule, finding })),
  ),
);

describe("messages of rules", () => {
  it("are read back as rules wrote them, for each breakage of each rule", () => {
    expect(findings.length).toBeGreaterThan(100);
    for (const { rule, finding } of findings) {
      const { path, value, message } = finding;
      const said = findingOf(`${rule.title}.\n${violationMessage(rule, finding)}`);
      expect(said).toEqual({ path, message: value === undefined ? message : `${value} ${message}` });
    }
  });

  it("keep what they say where they have another form", () => {
    expect(findingOf("Something else\nentirely")).toEqual({ path: "", message: "Something else entirely" });
  });

  it("of exceptions name rule and path", () => {
    const exception = { rule: "r", resource: "x", reason: "why", owner: "who", until: "2026-12-01" };
    for (const { finding } of findings.slice(0, 50))
      expect(
        useOf(`An exception lets a violation pass.\n${useMessage({ ...exception, rule: "a-rule" }, finding)}`),
      ).toEqual({
        rule: "a-rule",
        path: finding.path,
      });
    expect(
      useOf("An exception lets a violation pass.\na-rule: nothing at x needs the exception; remove it"),
    ).toBeUndefined();
  });

  it("say which value only `up` will know", () => {
    const message =
      "Title.\ncan't run policy 'a-rule' from policy pack trustfoundry-baseline@v0.1.0 during preview: string value at .spec.image can't be known during preview";
    expect(notYetKnownOf(message)).toBe("spec.image");
    expect(notYetKnownOf("Title.\nspec.image: is wrong")).toBeUndefined();
  });
});
