import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, sha256, shortHash } from "../../components/names";

describe("canonical JSON", () => {
  it("is JSON of the same value, with nothing undefined in it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}');
  });

  it("does not depend on the order of keys, at any level", () => {
    expect(canonicalJson({ b: { d: 1, c: 2 }, a: [{ f: 1, e: 2 }] })).toBe('{"a":[{"e":2,"f":1}],"b":{"c":2,"d":1}}');
  });

  it("keeps the order of lists", () => {
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
  });
});

describe("hashes", () => {
  it("are SHA-256 over UTF-8 text or bytes", () => {
    // FIPS 180-2, appendix B.1
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256("ü")).toBe(sha256(Buffer.from([0xc3, 0xbc])));
  });

  it("are shortened to what fits a name", () => {
    expect(shortHash("abc")).toBe("ba7816bf8f");
  });
});
