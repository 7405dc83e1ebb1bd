import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Place, unknownPath } from "../../policies/place";
import { asTheSdkShowsThem, pathsOf, unknownValue, valueAt } from "./support";

const shownOnce = (props: Record<string, unknown>) =>
  Place.root(asTheSdkShowsThem([{ type: "t", name: "n", props }])[0]?.props);

describe("a place", () => {
  it("is found again by its path, wherever it is", () => {
    const key = fc
      .stringMatching(/^[a-zA-Z0-9_./-]{1,12}$/)
      .filter((name) => name !== "__proto__" && !/^\d+$/.test(name));
    const tree = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { depthSize: "small" },
        fc.string(),
        fc.boolean(),
        fc.dictionary(key, tie("node")),
        fc.array(tie("node"), { maxLength: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(fc.dictionary(key, tree), (props) => {
        for (const path of pathsOf(props)) {
          const place = path.reduce<Place>(
            (at, step) => at.at(Array.isArray(at.value) ? Number(step) : step),
            Place.root(props),
          );
          expect(valueAt(props, place.path)).toEqual(place.value);
        }
      }),
    );
  });

  it("has no value where there is nothing, null, or only an inherited property", () => {
    const root = Place.root({ a: null, list: [1] });
    for (const place of [
      root.at("a"),
      root.at("b", "c", 3),
      root.at("list", 7),
      root.at("toString"),
      root.at("a", "length"),
    ])
      expect([place.present, place.text, place.count, place.items(), place.keys()]).toEqual([
        false,
        undefined,
        undefined,
        [],
        [],
      ]);
  });

  it("reads whole numbers in both spellings, and nothing else as a count", () => {
    const root = Place.root({ a: 8, b: "8", c: "8Gi", d: "-1", e: true });
    expect(["a", "b", "c", "d", "e"].map((key) => root.at(key).count)).toEqual([8, 8, undefined, undefined, undefined]);
  });

  it("shows short plain values, one line each, and never those below a hidden place", () => {
    const root = Place.root({ a: "x\ny\u202e", b: true, c: [1], d: "z".repeat(500), e: { f: "secret" } });
    const shown = (place: Place) => place.finding("m").value;
    expect([shown(root.at("a")), shown(root.at("b")), shown(root.at("c"))]).toEqual(['"x y "', "true", undefined]);
    expect(shown(root.at("d"))?.length).toBeLessThan(110);
    expect(shown(root.at("e").hidden().at("f"))).toBeUndefined();
    expect(shown(root.hidden().at("e").document({ g: "secret" }).at("g"))).toBeUndefined();
  });

  it("is read only when asked, and can be pointed at without being known", () => {
    const root = shownOnce({ a: unknownValue, b: { c: "d" }, e: [unknownValue] });
    expect(root.keys()).toEqual(["a", "b", "e"]);
    expect(root.at("b", "c").text).toBe("d");
    expect(root.at("a").known).toBe(false);
    expect(root.at("a").finding("is wrong")).toEqual({ path: "a", message: "is wrong" });
    expect(() => root.at("a", "b").present).toThrow(/\.a can't be known/);
    const [item] = root.at("e").items();
    expect(() => item?.value).toThrow(/\.e\.0 can't be known/);
  });
});

describe("unknownPath", () => {
  it("knows the policy SDK's error, and no other", () => {
    const thrown = () => {
      try {
        return shownOnce({ a: { b: unknownValue } }).at("a", "b").value;
      } catch (error) {
        return error;
      }
    };
    expect(unknownPath(thrown())).toBe("a.b");
    expect(unknownPath(new Error("can't be known during preview"))).toBeUndefined();
    expect(unknownPath("text")).toBeUndefined();
  });
});
