import type { Grade } from "../../../components/host/fact";
import { isHint } from "../../../components/host/fact";
import { describe, expect, it } from "vitest";
import type { Departure } from "../../../components/host/departures";
import { judge } from "../../../components/host/departures";

const departure = (constraint: string, grade: Grade): Departure => ({
  constraint,
  path: "nodePools[0].zones[0]",
  message: '"nowhere" offers none; write another',
  fact: { asOf: "2026-11-24", source: "a page", grade },
});
const documented = departure("documented", "docs");
const heard = departure("heard", "secondary");
const known = ["documented", "heard", "kept"];

describe("what becomes of departures", () => {
  it.each([
    ["types", false],
    ["docs", false],
    ["repository", false],
    ["issue", false],
    ["secondary", true],
    ["general", true],
  ] as const)("grade %s is a hint: %s", (grade, hint) => {
    expect(isHint({ ...documented.fact, grade })).toBe(hint);
  });

  it("is refusal for what is verified, with source and day, and a warning for a hint, with its name", () => {
    const { errors, warnings } = judge([documented, heard], [], known);
    expect(errors).toEqual(['nodePools[0].zones[0]: "nowhere" offers none; write another (a page, read 2026-11-24).']);
    expect(warnings).toEqual([
      'nodePools[0].zones[0]: "nowhere" offers none; write another (a page, read 2026-11-24). To override this hint, add heard to acknowledged.',
    ]);
  });

  it("is silence for a hint that is acknowledged, and refusal for a verified one all the same", () => {
    expect(judge([heard], ["heard"], known)).toEqual({ errors: [], warnings: [] });
    const { errors } = judge([documented], ["documented"], known);
    expect(errors).toHaveLength(2);
    expect(errors[1]).toMatch(/^acknowledged: documented is no hint but documented, .* remove it$/);
  });

  it("tells a name that nothing departs from, from one that is none", () => {
    expect(judge([], ["kept"], known)).toEqual({
      errors: [],
      warnings: ["acknowledged: nothing departs from kept; remove it."],
    });
    const { errors, warnings } = judge([], ["keept"], known);
    expect(errors).toEqual([expect.stringMatching(/^acknowledged: keept is the name of no constraint; write /)]);
    expect(warnings).toEqual([]);
  });
});
