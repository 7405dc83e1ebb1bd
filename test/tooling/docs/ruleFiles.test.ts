import { describe, expect, it } from "vitest";
import { seccompRuntimeDefault } from "../../../policies/rules/cluster/seccompRuntimeDefault";
import { problemsOfFile } from "../../../tooling/docs/ruleFiles";

const file = { pillar: "cluster", name: "seccompRuntimeDefault" } as const;
const path = "policies/rules/cluster/seccompRuntimeDefault.ts";
const withText = (text: object) => problemsOfFile(file, { [file.name]: { ...seccompRuntimeDefault, ...text } });

describe("a rule's file", () => {
  it("is right with one rule of its name and folder, whose claims are known", () => {
    expect(withText({})).toEqual([]);
  });

  it("is told what it exports instead", () => {
    expect(problemsOfFile(file, { seccomp: seccompRuntimeDefault })).toEqual([
      `${path} exports seccomp; name the rule's constant seccompRuntimeDefault`,
    ]);
    expect(problemsOfFile(file, {})).toEqual([
      `${path} exports nothing; name the rule's constant seccompRuntimeDefault`,
    ]);
  });

  it.each([
    [{ id: "seccomp-on" }, 'id "seccomp-on" is another name; write "seccomp-runtime-default"'],
    [{ pillar: "guest" }, 'pillar "guest" is another folder; write "cluster"'],
    [{ claims: ["hosts"] }, 'claim "hosts" is not known; components/verdict/claims.ts has the list'],
  ])("is told what in it does not fit: %o", (text, problem) => {
    expect(withText(text)).toEqual([`${path}: ${problem}`]);
  });
});
