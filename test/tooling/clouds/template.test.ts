import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedPaths, concerns } from "../../../tooling/clouds/change";
import { fill, over, placesOf } from "../../../tooling/clouds/template";
import { keepSecret, peel, unknown, unwrap } from "../../../tooling/clouds/wire";
import { outputValue, secretValue, unknownOutput, unknownValue } from "./support";

const scope = { seed: "id", values: { name: "vm", cluster: "a/b/c", list: ["x"], deep: { er: 5 } } };

describe("templates", () => {
  it.each([
    ["{name}", "vm"],
    ["{cluster:last}-{list.0}", "c-x"],
    ["{deep.er}", "5"],
    ["{nothing}", "SIMULATED-nothing"],
    ["{constructor}", "SIMULATED-constructor"],
  ])("%s is %s", (template, text) => {
    expect(fill(template, scope)).toBe(text);
  });

  it("make up the same each time, and something else for another resource", () => {
    for (const template of ["{uuid a}", "{hex 32 a}", "{digits 21 a}"]) {
      expect(fill(template, scope)).toBe(fill(template, scope));
      expect(fill(template, { ...scope, seed: "other" })).not.toBe(fill(template, scope));
    }
    expect(fill("{hex 32 a}", scope)).toMatch(/^[0-9a-f]{32}$/);
    expect(fill("{digits 21 a}", scope)).toMatch(/^\d{21}$/);
    expect(() => fill("{madeUp 5 a}", scope)).toThrow("stands for nothing");
  });

  it("name their places", () => {
    expect(placesOf("/{scope}/x/{cluster:last}/{policy.objectId}/{uuid a}")).toEqual([
      "scope",
      "cluster",
      "policy.objectId",
    ]);
  });

  it("lay outputs over inputs", () => {
    expect(over({ a: { b: 1 }, c: [{ d: 1 }, {}] }, { a: { e: 2 }, c: { f: 3 } })).toEqual({
      a: { b: 1, e: 2 },
      c: [{ d: 1, f: 3 }, { f: 3 }],
    });
  });
});

describe("wrapped values", () => {
  it("are taken for what they hold", () => {
    expect(peel(secretValue("x"))).toEqual({ value: "x", secret: true });
    expect(peel(outputValue(secretValue("x")))).toEqual({ value: "x", secret: true });
    expect(peel(outputValue("x", true))).toEqual({ value: "x", secret: true });
    expect(peel(unknownOutput)).toEqual({ value: unknown, secret: false });
    expect(unwrap({ a: [outputValue({ b: secretValue("c") })], d: unknownValue })).toEqual({
      a: [{ b: "c" }],
      d: unknown,
    });
  });

  it("never leave an output with a secret's text in the open", () => {
    const word = fc.string({ minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(word, word, word, (secret, before, after) => {
        const outputs = { plain: "nothing", shows: { deep: [`${before}${secret}${after}`] } };
        const kept = keepSecret(outputs, { a: { b: [outputValue(secretValue(secret))] } });
        expect(kept.shows).toEqual(secretValue(outputs.shows));
        expect(kept.plain).toEqual("nothing".includes(secret) ? secretValue("nothing") : "nothing");
      }),
    );
  });
});

describe("changes", () => {
  it("are found as deep as they are", () => {
    expect(changedPaths({ a: { b: [{ c: 1 }] }, d: null }, { a: { b: [{ c: 2 }] } })).toEqual(["a.b[0].c"]);
    expect(changedPaths({ a: [1] }, { a: [1, 2] })).toEqual(["a"]);
    expect(changedPaths({ a: 1 }, { a: unknown })).toEqual(["a"]);
  });

  it("concern a place, what is in it, and what holds it", () => {
    expect(concerns("a.b[0].c", ["a.b"])).toBe(true);
    expect(concerns("a", ["a.b"])).toBe(true);
    expect(concerns("ab", ["a"])).toBe(false);
  });
});
