import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding, Grade, VerdictClaimId } from "../../../components/verdict/finding";
import { grades, weakest } from "../../../components/verdict/finding";
import { machineVerdict, requiredOfMachine } from "../../../components/verdict/machineVerdict";

const finding = (claim: VerdictClaimId, grade: Grade): Finding => ({
  check: `${claim}-check`,
  claim,
  of: "cpu0",
  grade,
  says: "as the release names, of the release's init-data",
  ...(grade === "asserted" && { by: "Microsoft" }),
});
const judged = (findings: readonly Finding[], gpus = true, accept: { by?: string[]; unchecked?: string[] } = {}) =>
  machineVerdict({
    examinations: [{ findings, collateral: [] }],
    gpus,
    expectation: { source: "azure.yaml", digest: "ab" },
    simulated: false,
    now: new Date("2026-12-01T00:00:00Z"),
    acceptance: { assertedBy: accept.by ?? [], unchecked: accept.unchecked ?? [] },
  });
const all = (grade: Grade, gpus = true) => requiredOfMachine(gpus).map((claim) => finding(claim, grade));

describe("a machine's verdict", () => {
  it("is its weakest required claim's, whatever the rest is", () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.array(fc.constantFrom(...grades), { minLength: 11, maxLength: 11 }),
        (gpus, drawn) => {
          const required = requiredOfMachine(gpus);
          const findings = required.map((claim, index) => finding(claim, drawn[index] ?? "failed"));
          const { overall, accepted } = judged([...findings, finding("cluster-closed", "failed")], gpus);
          expect(overall).toBe(weakest(findings.map(({ grade }) => grade)));
          expect(accepted).toBe(overall === "verified");
        },
      ),
    );
  });

  it("is never good of a claim that nothing was found about, a GPU's least of all", () => {
    for (const claim of requiredOfMachine(true)) {
      const { overall, standing } = judged(all("verified").filter((each) => each.claim !== claim));
      expect([claim, overall, standing.map(({ check }) => check)]).toEqual([
        claim,
        "notChecked",
        [`${claim}-evidence`],
      ]);
    }
    expect(judged(all("verified", false), false).accepted).toBe(true);
    expect(judged(all("verified", false), true).accepted).toBe(false);
  });

  it("lets no acceptance make up for what failed", () => {
    const findings = [...all("asserted"), finding("gpu-genuine", "failed")];
    const accept = { by: ["Microsoft"], unchecked: ["gpu-genuine-check"] };
    expect(judged(all("asserted"), true, accept).accepted).toBe(true);
    expect(judged(findings, true, accept)).toMatchObject({ accepted: false, overall: "failed" });
  });

  it("is about no release, in no word", () => {
    const verdict = judged(all("failed"));
    expect(verdict.claims.map(({ claim }) => claim)).not.toContain("release-authentic");
    expect(verdict.standing[0]?.says).toBe("as the expectation names, of the expectation's init-data");
    expect(JSON.stringify(verdict.claims.map(({ says, limit }) => [says, limit]))).not.toMatch(/\brelease\b/);
    expect(verdict).not.toHaveProperty("release");
  });
});
