import { expect, it } from "vitest";
import { members, parseDer } from "../../../../components/verdict/evidence/der";

const der = (hex: string) => parseDer(Buffer.from(hex, "hex"), "sample");

it("reads members of sequences", () => {
  expect(members(der("3006020101020102"), "sample")).toHaveLength(2);
  expect(members(der("3000"), "sample")).toEqual([]);
});

it.each([
  ["nothing", "", "not DER"],
  ["a length beyond the end", "3007020101020102", "not DER"],
  ["something behind", "300602010102010200", "something follows it"],
  ["a member beyond the end of its sequence", "3005020101020102", "a length in it is not that of its content"],
  ["the same further in", "300a3005020101020102020103", "a length in it is not that of its content"],
  ["the same in a context of its own", "a005020101020102", "a length in it is not that of its content"],
  ["a length that is left open", "30800201010000", "not DER"],
])("refuses %s", (_, hex, reason) => {
  expect(() => der(hex)).toThrow(`sample: not DER`);
  expect(() => der(hex)).toThrow(reason);
});
