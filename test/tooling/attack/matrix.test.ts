import { describe, expect, it } from "vitest";
import type { RuleAttack } from "../../../attacks/attack";
import { decorations, problemsOf, refusers, soleAttacks } from "../../../tooling/attack/matrix";

const attack = (id: string, rule: string, alsoBlockedBy?: readonly string[]): RuleAttack => ({
  id,
  threat: "Somebody does something.",
  attacker: "carelessEngineer",
  rule,
  ...(alsoBlockedBy && { alsoBlockedBy }),
  where: "both",
  base: "tenant",
  change: [],
});

describe("an attack's result", () => {
  it.each([
    ["refused as it says", { preview: ["a"], admission: ["a"] }, []],
    ["open at preview", { preview: [], admission: ["a"] }, ["gets through at preview"]],
    ["open at the API server", { preview: ["a"], admission: [] }, ["gets through at admission"]],
    [
      "refused by another rule",
      { preview: ["b"] },
      ["is refused at preview by b instead of a", "is refused at preview by b, too, which it does not name"],
    ],
    ["refused by one more", { admission: ["a", "b"] }, ["is refused at admission by b, too, which it does not name"]],
  ])("%s", (_, result, problems) => {
    expect(problemsOf({ attack: attack("x", "a"), ...result })).toEqual(problems);
  });

  it("has to have every rule at preview that it names; the API server sees less", () => {
    const named = attack("x", "a", ["b"]);
    expect(problemsOf({ attack: named, preview: ["a", "b"], admission: ["a"] })).toEqual([]);
    expect(problemsOf({ attack: named, preview: ["a"] })).toEqual(["is not refused at preview by b, which it names"]);
  });

  it("may do without a rule that was taken out, as long as another refuses", () => {
    const named = attack("x", "a", ["b"]);
    expect(problemsOf({ attack: named, preview: ["b"] }, ["a"])).toEqual([]);
    expect(problemsOf({ attack: named, preview: [] }, ["a", "b"])).toEqual(["gets through at preview"]);
  });
});

describe("a rule", () => {
  const results = [
    { attack: attack("x", "a"), preview: ["a"], admission: ["a"] },
    { attack: attack("y", "b", ["a"]), preview: ["a", "b"] },
    { attack: attack("z", "c"), preview: ["c"], admission: ["c", "d"] },
  ];

  it("is needed where it alone refuses, wherever the attack was tried", () => {
    expect(soleAttacks("a", results)).toEqual(["x"]);
    expect(refusers(results[2] as (typeof results)[number])).toEqual(["c", "d"]);
  });

  it("is decoration where others refuse all that it refuses", () => {
    expect(decorations(["a", "b", "c", "d", "e"], results)).toEqual(["b", "c", "d", "e"]);
  });
});
