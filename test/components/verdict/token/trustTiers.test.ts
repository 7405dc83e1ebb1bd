import { expect, it } from "vitest";
import { isBetter, statusOf, vectorProblem } from "../../../../components/verdict/token/trustTiers";

/** Bounds of the tiers, from veraison/rust-ear, src/trust/claim.rs. */
it.each([
  [-128, "contraindicated"],
  [-97, "contraindicated"],
  [-96, "warning"],
  [-33, "warning"],
  [-32, "affirming"],
  [-2, "affirming"],
  [-1, "none"],
  [0, "none"],
  [1, "none"],
  [2, "affirming"],
  [31, "affirming"],
  [32, "warning"],
  [95, "warning"],
  [96, "contraindicated"],
  [127, "contraindicated"],
] as const)("counts %i as %s", (value, status) => {
  expect(statusOf({ hardware: value })).toBe(status);
});

it("counts the worst claim", () => {
  expect(statusOf({ hardware: 2, executables: 33, configuration: 0 })).toBe("warning");
  expect(statusOf({ hardware: 97, executables: 33 })).toBe("contraindicated");
  expect(statusOf({})).toBe("contraindicated");
});

it("tells better from worse", () => {
  expect(isBetter("affirming", "warning")).toBe(true);
  expect(isBetter("warning", "warning")).toBe(false);
  expect(isBetter("contraindicated", "warning")).toBe(false);
});

it.each([
  [{ hardware: 2 }, undefined],
  [{ "sourced-data": -128 }, undefined],
  [null, "is none"],
  [[2], "is none"],
  [{}, "claims nothing"],
  [{ hardware: 128 }, "has a value for hardware that is no signed byte"],
  [{ hardware: 2.5 }, "has a value for hardware that is no signed byte"],
  [{ hardware: "2" }, "has a value for hardware that is no signed byte"],
  [{ kindness: 2 }, "has a claim that no vector has"],
  [{ hardware: 1 }, "says of hardware that the evidence was unexpected (1)"],
  [{ hardware: -1 }, "says of hardware that the verifier broke down (-1)"],
])("of the vector %j says %j", (vector, problem) => {
  expect(vectorProblem(vector)).toBe(problem);
});
