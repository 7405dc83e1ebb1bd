import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding, Grade, VerdictClaimId } from "../../../components/verdict/finding";
import { grades, weakest } from "../../../components/verdict/finding";
import type { Found } from "../../../components/verdict/verdict";
import {
  acceptNothing,
  gradeClaims,
  overallOf,
  requiredClaims,
  standingFindings,
} from "../../../components/verdict/verdict";

const finding = (claim: VerdictClaimId, grade: Grade, check = `${claim}-${grade}`): Finding => ({
  check,
  claim,
  of: "cpu0",
  grade,
  says: "so",
  ...(grade === "asserted" && { by: "NVIDIA" }),
});
const aboutGuest = requiredClaims.filter((claim) => claim !== "release-authentic" && claim !== "channel-ends-in-guest");
const everything = (grade: Grade): Found => ({
  always: [finding("release-authentic", grade), finding("channel-ends-in-guest", grade)],
  routes: [aboutGuest.map((claim) => finding(claim, grade))],
});
const overall = (found: Found) => overallOf(gradeClaims(found));
const gradeOfClaim = (found: Found, claim: VerdictClaimId) =>
  gradeClaims(found).find((verdict) => verdict.claim === claim)?.grade;

describe("the weakest of grades", () => {
  it.each([
    [["verified", "asserted"], "asserted"],
    [["asserted", "notChecked"], "notChecked"],
    [["notChecked", "failed", "verified"], "failed"],
    [["verified"], "verified"],
    [[], "notChecked"],
  ] as const)("%j is %s", (of, expected) => {
    expect(weakest(of)).toBe(expected);
  });
});

describe("an overall verdict", () => {
  it.each(grades)("is %s where every required claim is", (grade) => {
    expect(overall(everything(grade)).overall).toBe(grade);
  });

  it("names whose word it rests on, where it is asserted", () => {
    expect(overall(everything("asserted")).by).toEqual(["NVIDIA"]);
    expect(overall(everything("verified")).by).toEqual([]);
  });

  it.each(requiredClaims)("is not verified where nothing was found about %s", (claim) => {
    const { always, routes } = everything("verified");
    const without = (findings: readonly Finding[]) => findings.filter((each) => each.claim !== claim);
    const found = { always: without(always), routes: routes.map(without) };
    expect(overall(found).overall).toBe("notChecked");
    expect(standingFindings(found, acceptNothing).map((each) => each.claim)).toEqual([claim]);
  });

  it("is never better than any required claim's, nor a claim's than what counts of it", () => {
    const any = fc.constantFrom(...grades);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...requiredClaims), any), { maxLength: 40 }), (pairs) => {
        const { always, routes } = everything("verified");
        const found = {
          always,
          routes: [[...(routes[0] ?? []), ...pairs.map(([claim, grade]) => finding(claim, grade))]],
        };
        const verdicts = gradeClaims(found);
        const rank = (grade: Grade) => grades.indexOf(grade);
        for (const [claim, grade] of pairs)
          expect(rank(gradeOfClaim(found, claim) as Grade)).toBeGreaterThanOrEqual(rank(grade));
        for (const { grade } of verdicts.filter(({ required }) => required))
          expect(rank(overallOf(verdicts).overall)).toBeGreaterThanOrEqual(rank(grade));
        expect(standingFindings(found, acceptNothing).length > 0).toBe(overallOf(verdicts).overall !== "verified");
      }),
    );
  });

  it("takes no evidence at all for nothing checked", () => {
    const found = { always: everything("verified").always, routes: [] };
    expect(overall(found).overall).toBe("notChecked");
  });
});

describe("two ways to look at a guest", () => {
  const raw = (grade: Grade) => [finding("gpu-genuine", grade, "raw")];
  const token = (grade: Grade) => [finding("gpu-genuine", grade, "token")];

  it.each([
    ["verified", "asserted", "verified"],
    ["notChecked", "asserted", "asserted"],
    ["asserted", "notChecked", "asserted"],
    ["failed", "verified", "failed"],
    ["verified", "failed", "failed"],
  ] as const)("raw %s and token %s come to %s", (one, two, expected) => {
    expect(gradeOfClaim({ always: [], routes: [raw(one), token(two)] }, "gpu-genuine")).toBe(expected);
  });

  it("do not mend what always counts", () => {
    const always = [finding("guest-booted-as-released", "asserted")];
    const routes = [[finding("guest-booted-as-released", "verified")]];
    expect(gradeOfClaim({ always, routes }, "guest-booted-as-released")).toBe("asserted");
  });

  it("are both missing where the release alone speaks of a guest", () => {
    const always = [finding("guest-booted-as-released", "verified")];
    expect(gradeOfClaim({ always, routes: [] }, "guest-booted-as-released")).toBe("notChecked");
  });
});

describe("what a reader accepts", () => {
  it("is a word of those named alone", () => {
    const found = everything("asserted");
    expect(standingFindings(found, { assertedBy: ["NVIDIA"], unchecked: [] })).toEqual([]);
    expect(standingFindings(found, { assertedBy: ["Google"], unchecked: [] })).toHaveLength(requiredClaims.length);
  });

  it("is a gap of those named alone", () => {
    const found = everything("notChecked");
    const unchecked = requiredClaims.map((claim) => `${claim}-notChecked`);
    expect(standingFindings(found, { assertedBy: [], unchecked })).toEqual([]);
    expect(standingFindings(found, { assertedBy: [], unchecked: unchecked.slice(1) })).toHaveLength(1);
  });

  it("is never what failed", () => {
    const found = everything("failed");
    const all = { assertedBy: ["NVIDIA", ""], unchecked: requiredClaims.map((claim) => `${claim}-failed`) };
    expect(standingFindings(found, all)).toHaveLength(requiredClaims.length);
  });

  it("does not make the overall verdict better", () => {
    expect(overall(everything("asserted")).overall).toBe("asserted");
  });
});
