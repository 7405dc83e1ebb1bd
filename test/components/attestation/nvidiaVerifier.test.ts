import { describe, expect, it } from "vitest";
import { verifierKind, verifierProblems, verifierWarnings } from "../../../components/attestation/nvidiaVerifier";

const local = { kind: "local", until: "2027-01-31", reason: "no licence for NVIDIA's service yet" } as const;

describe("the local verifier", () => {
  it.each([
    ["before", "2026-11-25T12:00:00Z", []],
    ["to the last moment of the day", "2027-01-31T23:59:59Z", []],
    ["no longer", "2027-02-01T00:00:00Z", [/ended with 2027-01-31; write nvidiaVerifier: remote/]],
    ["not for years", "2025-12-01T00:00:00Z", [/more than a year away/]],
  ])("is accepted %s", (_, now, says) => {
    const problems = verifierProblems(local, new Date(now));
    expect(problems).toHaveLength(says.length);
    says.forEach((pattern, index) => expect(problems[index]).toMatch(pattern));
  });

  it("is warned of with its day and reason, and refused with a day that is none", () => {
    expect(verifierWarnings(local).join()).toMatch(/local until 2027-01-31 \(no licence for NVIDIA's service yet\)/);
    expect(verifierProblems({ ...local, until: "2027-02-31x" }, new Date()).join()).toMatch(/is no day/);
    expect(verifierKind(local)).toBe("local");
  });
});

describe("NVIDIA's service", () => {
  it("is neither refused nor warned of", () => {
    expect(verifierProblems("remote", new Date())).toEqual([]);
    expect(verifierWarnings("remote")).toEqual([]);
    expect(verifierKind("remote")).toBe("remote");
  });
});
