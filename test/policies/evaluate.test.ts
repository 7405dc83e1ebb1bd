import { describe, expect, it } from "vitest";
import { broken } from "../../policies/breakage";
import { evaluateItems, someKnown } from "../../policies/evaluate";
import { Place } from "../../policies/place";
import { mebibytes } from "../../policies/quantity";
import type { Resource } from "../../policies/rule";
import { asTheSdkShowsThem, unknownValue } from "./support";

const resources = (...values: unknown[][]): Resource[] =>
  asTheSdkShowsThem(values.map((items, index) => ({ type: "t", name: `r${index}`, props: { items } })));
const items = ({ props }: Resource) => Place.root(props).at("items").items();
function* odd(place: Place) {
  if ((place.count ?? 0) % 2 === 1) yield place.finding("is odd");
}

describe("evaluateItems", () => {
  it("checks all items of all resources; an unknown one ends its own check alone", () => {
    const { applies, findings, unknown } = evaluateItems(resources([1, unknownValue, 3], [5]), items, odd);
    expect(applies).toBe(true);
    expect(findings.map(({ resource, path }) => `${resource.name} ${path}`)).toEqual([
      "r0 items[0]",
      "r0 items[2]",
      "r1 items[0]",
    ]);
    expect(unknown.map(({ resource, path }) => `${resource.name} ${path}`)).toEqual(["r0 items.1"]);
  });

  it("keeps findings made before a check came upon an unknown value", () => {
    const { findings, unknown } = evaluateItems(
      resources([1, unknownValue]),
      (resource) => [items(resource)],
      function* (places) {
        for (const place of places) yield* odd(place);
      },
    );
    expect([findings.length, unknown.length]).toEqual([1, 1]);
  });

  it("cannot tell whether a rule applies where the search itself comes upon one, so it says that it does", () => {
    const [resource] = asTheSdkShowsThem([{ type: "t", name: "r", props: { items: unknownValue } }]);
    const evaluation = evaluateItems([resource!], items, odd);
    expect([evaluation.applies, evaluation.findings.length, evaluation.unknown.length]).toEqual([true, 0, 1]);
  });

  it("does not swallow mistakes of its own", () => {
    expect(() =>
      evaluateItems(resources([1]), items, () => {
        throw new TypeError("a bug");
      }),
    ).toThrow("a bug");
  });
});

describe("someKnown", () => {
  const places = (...values: unknown[]) => items(resources(values)[0]!);
  const isOdd = (place: Place) => (place.count ?? 0) % 2 === 1;

  it("is settled by any that fits, and undecided only where an unknown one could have", () => {
    expect(someKnown(places(unknownValue, 1), isOdd)).toBe(true);
    expect(someKnown(places(2, 4), isOdd)).toBe(false);
    expect(() => someKnown(places(2, unknownValue), isOdd)).toThrow(/can't be known/);
    expect(() =>
      someKnown([1], () => {
        throw new TypeError("a bug");
      }),
    ).toThrow("a bug");
  });
});

describe("broken", () => {
  const example: Resource[] = [
    { type: "t", name: "n", props: { a: { "b/c": "one two" }, list: [1] }, dependsOn: ["x"] },
  ];

  it("changes a copy: sets, removes, appends, rewrites, forgets", () => {
    const change = (path: string, how: object) =>
      broken(example, { mistake: "m", path, expect: "", ...how } as never)[0];
    expect(change("/a/b~1c", { replace: ["two", "three"] })?.props).toEqual({ a: { "b/c": "one three" }, list: [1] });
    expect(change("/list/-", { value: 2 })?.props).toMatchObject({ list: [1, 2] });
    expect(change("/list/0", { remove: true })?.props).toMatchObject({ list: [] });
    expect(change("/a", { remove: true })?.props).toEqual({ list: [1] });
    expect(change("dependsOn", { value: [] })?.dependsOn).toEqual([]);
    expect(example[0]?.props).toEqual({ a: { "b/c": "one two" }, list: [1] });
  });

  it("refuses a change that changes nothing: it would prove nothing", () => {
    const attempt = (change: object) => () => broken(example, { mistake: "m", expect: "", ...change } as never);
    expect(attempt({ path: "/a/b~1c", value: "one two" })).toThrow("changes nothing");
    expect(attempt({ path: "/a/b~1c", replace: ["four", "five"] })).toThrow("changes nothing");
    expect(attempt({ path: "/a/d", remove: true })).toThrow("nothing to remove");
    expect(attempt({ path: "/x/y", value: 1 })).toThrow("nothing at /x/y");
    expect(attempt({ path: "/a", value: 1, resource: 3 })).toThrow("no resource 3");
  });
});

describe("mebibytes", () => {
  it.each([
    ["10240Mi", 10240],
    ["10Gi", 10240],
    ["1.5Gi", 1536],
    ["10240M", 9765.625],
    [1048576, 1],
    ["1Ti", 1048576],
    ["10240 Mi", undefined],
    ["much", undefined],
    [undefined, undefined],
  ])("of %j are %j", (quantity, expected) => expect(mebibytes(quantity)).toBe(expected));
});
