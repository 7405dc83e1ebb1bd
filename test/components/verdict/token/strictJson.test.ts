import fc from "fast-check";
import { expect, it } from "vitest";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import { at, parseStrictJson, shown } from "../../../../components/verdict/token/strictJson";

it("reads what JSON.parse reads, whatever stands in texts and names", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(parseStrictJson(text, "it")).toEqual(JSON.parse(text));
    }),
  );
});

it("refuses a name that stands twice, at any depth and in any spelling", () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), fc.boolean(), (name, first, second, nested) => {
      const escaped = `"${[...Array(name.length).keys()].map((i) => `\\u${name.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`;
      const twins = `{${JSON.stringify(name)}:${JSON.stringify(first)},${escaped}:${JSON.stringify(second)}}`;
      expect(() => parseStrictJson(nested ? `{"a":[1,${twins}]}` : twins, "it")).toThrow(/stands twice/);
    }),
  );
});

it("lets the same name stand in different objects", () => {
  expect(parseStrictJson('{"a":{"a":1},"b":[{"a":1},{"a":"a:a,{"}]}', "it")).toEqual({
    a: { a: 1 },
    b: [{ a: 1 }, { a: "a:a,{" }],
  });
});

it.each(["", "null", "[]", '"text"', "{", "{'a':1}", `${'{"a":'.repeat(33)}1${"}".repeat(33)}`])(
  "refuses %j",
  (text) => {
    expect(() => parseStrictJson(text, "it")).toThrow(EvidenceError);
  },
);

it("finds own names alone", () => {
  expect(at({ a: { b: 1 } }, "a", "b")).toBe(1);
  for (const path of [["constructor"], ["a", "toString"], ["a", "b", "c"], ["__proto__"]])
    expect(at({ a: { b: "text" } }, ...path)).toBeUndefined();
});

it("shows values so that they steer no terminal", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue()), (value) => {
      expect(shown(value)).toMatch(/^[\x20-\x7e]{0,140}…?$/);
    }),
  );
  expect(shown("\u001b[2J\u009b")).toBe('"\\u001b[2J\\u009b"');
  expect(shown(undefined)).toBe("nothing");
});
