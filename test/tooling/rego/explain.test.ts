import { describe, expect, it } from "vitest";
import type { TraceEvent } from "../../../tooling/rego/explain";
import { failedCondition } from "../../../tooling/rego/explain";
import { comparedValues } from "../../../tooling/rego/terms";

const policy = `allow if {
	some release in releases
	data.path in release.paths
	guest_is(release)
}

guest_is(release) if {
	every part in input.parts {
		part.status == "affirming"
	}
	input.digest == release.digest
}`;
const modules = { "policy.rego": policy };

type Moment = readonly [op: TraceEvent["Op"], query: number, parent: number, row: number, index?: number];

/** What OPA would write, without what is not read. */
function traceOf(moments: readonly Moment[], locals: Record<string, string> = {}): TraceEvent[] {
  return moments.map(([Op, QueryID, ParentID, row, index]) => ({
    Op,
    QueryID,
    ParentID,
    Node: { index },
    Location: { file: "/somewhere/policy.rego", row, col: 1 },
    Locals: Object.entries(locals).map(([name, value]) => ({ name: `__${name}__`, type: "string", value })),
    LocalMetadata: Object.fromEntries(Object.keys(locals).map((name) => [`__${name}__`, { name }])),
  }));
}

/** The query, then `allow` for a block whose path does not match, and for one whose does. */
const start: Moment[] = [
  ["Enter", 0, 0, 1],
  ["Eval", 0, 0, 1, 0],
  ["Enter", 1, 0, 1],
  ["Eval", 1, 0, 2, 0],
  ["Eval", 1, 0, 3, 1],
  ["Fail", 1, 0, 3, 1],
  ["Redo", 1, 0, 2, 0],
  ["Eval", 1, 0, 3, 1],
  ["Eval", 1, 0, 4, 2],
  ["Enter", 2, 1, 7],
  ["Eval", 2, 1, 8, 0],
];

it("names the condition that failed in the block that matched furthest", () => {
  const trace = traceOf([
    ...start,
    ["Eval", 2, 1, 11, 1],
    ["Fail", 2, 1, 11, 1],
    ["Fail", 1, 0, 4, 2],
    ["Exit", 0, 0, 1],
  ]);
  expect(failedCondition(trace, modules, {})).toBe("input.digest == release.digest");
});

it("goes into the body of an `every`", () => {
  const trace = traceOf([
    ...start,
    ["Enter", 3, 2, 8],
    ["Eval", 3, 2, 8, 0],
    ["Enter", 4, 3, 9],
    ["Eval", 4, 3, 9, 0],
    ["Fail", 4, 3, 9, 0],
    ["Fail", 3, 2, 8, 1],
    ["Fail", 2, 1, 8, 0],
    ["Fail", 1, 0, 4, 2],
  ]);
  expect(failedCondition(trace, modules, {})).toBe('part.status == "affirming"');
});

it("ignores what failed on the way of a condition that held after all", () => {
  const trace = traceOf([
    ...start,
    ["Enter", 3, 2, 8],
    ["Eval", 3, 2, 9, 4],
    ["Fail", 3, 2, 9, 4],
    ["Eval", 2, 1, 11, 1],
    ["Fail", 2, 1, 11, 1],
    ["Fail", 1, 0, 4, 2],
  ]);
  expect(failedCondition(trace, modules, {})).toBe("input.digest == release.digest");
});

it("has nothing to say where nothing failed, or the text is not at hand", () => {
  expect(failedCondition([], modules, {})).toBeUndefined();
  expect(failedCondition(traceOf(start), {}, {})).toBeUndefined();
});

describe("the values compared", () => {
  const variables = {
    input: { iat: 5, submods: { cpu0: { status: "warning" } }, long: "a".repeat(96) },
    release: { until: 5, list: ["x"], id: "b" },
    name: "cpu0",
  };
  it.each([
    ["input.iat < release.until", " (5 is not less than 5)"],
    ['input.submods[name].status == "affirming"', " (warning is not affirming)"],
    ['input.submods["cpu0"].status in release.list', ' (warning is none of ["x"])'],
    ["input.absent == false", " (nothing is not false)"],
    ["input.long == release.id", ` (${"a".repeat(16)}… is not b)`],
    ["unknown.a == other.b", ""],
    ['evidence("cpu0").init_data == release.id', ""],
    ["every part in input.parts {", ""],
  ])("%s", (line, said) => expect(comparedValues(line, variables)).toBe(said));
});
