import { describe, expect, it } from "vitest";
import { cellsOf, factsOf, words } from "../../../tooling/docs/factRows";

const fact = { asOf: "2026-11-24", source: "page", grade: "docs" } as const;

describe("rows of the table of offerings", () => {
  it("are found in lists and under names, with or without values", () => {
    expect(
      factsOf([
        { size: "a", fact },
        { size: "b", fact },
      ]),
    ).toEqual([
      { path: [], values: { size: "a" }, fact },
      { path: [], values: { size: "b" }, fact },
    ]);
    expect(factsOf({ nvme: fact, disks: { small: { gib: 10, fact } } })).toEqual([
      { path: ["nvme"], values: undefined, fact },
      { path: ["disks", "small"], values: { gib: 10 }, fact },
    ]);
    expect(factsOf(["azure", "gcp"])).toEqual([]);
  });

  it.each([
    [{ models: ["SPOT", "FLEX_START"] }, "models `SPOT`, `FLEX_START`"],
    [{ tees: { e2: [], a3: ["TDX"] } }, "TEEs `e2`: none; `a3`: `TDX`"],
    [{ minors: { Ubuntu: { first: 34, last: 38 } } }, "minors `Ubuntu` (first `34`; last `38`)"],
    [/^a3-/, "`^a3-`"],
  ])("show %o", (values, text) => {
    expect(cellsOf(values)).toBe(text);
  });

  it.each([
    ["azureGpuQuota", "Azure GPU quota"],
    ["vTpm", "vTPM"],
    ["oneOs", "one OS"],
  ])("call %s by words", (name, text) => {
    expect(words(name)).toBe(text);
  });
});
