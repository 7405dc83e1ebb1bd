import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictJson } from "../../../../components/workload/acceptance/strictJson";

describe("strict JSON", () => {
  it("is whatever JSON.stringify writes, however it is laid out", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2, "\t"), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(parseStrictJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["at the top", `{"a":1,"a":2}`],
    ["further down", `[{"a":{"b":1 , "b" : 1}}]`],
    ["spelled differently", String.raw`{"a":1,"\u0061":2}`],
    ["with a value that looks like a key", `{"a":"\\":","a":1}`],
  ])("names no key twice, %s", (_, text) => {
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(() => parseStrictJson(text)).toThrow("names a key twice in one object");
  });

  it("takes strings full of quotes, colons and backslashes for what they are", () => {
    for (const value of [{ a: '":"', b: "\\", c: '\\":' }, ['"a":', "\\\\"], { ["__proto__"]: { a: 1 } }])
      expect(parseStrictJson(JSON.stringify(value))).toEqual(value);
  });

  it("reads what is nested deeper than a call stack", () => {
    const depth = 20_000;
    expect(() => parseStrictJson(`${"[".repeat(depth)}${"]".repeat(depth)}`)).not.toThrow(RangeError);
  });
});
