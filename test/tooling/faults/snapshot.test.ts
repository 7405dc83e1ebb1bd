import { describe, expect, it } from "vitest";
import { differences, stateSnapshot } from "../../../tooling/faults/snapshot";
import { configMap, stateOf } from "../repair/states";

const known = { ...configMap, id: "acme/settings" };

describe("what is compared after a fault", () => {
  it("is missing, orphaned or different", () => {
    const expected = new Map([
      ["a", "1"],
      ["b", "2"],
    ]);
    const found = new Map([
      ["b", "3"],
      ["c", "4"],
    ]);
    expect(differences(expected, found).map((line) => line.split("\n")[0])).toEqual([
      "missing: a",
      "orphaned: c",
      "different: b",
    ]);
    expect(differences(expected, expected)).toEqual([]);
  });

  it("of a state is every resource, and what is pending", () => {
    const undisturbed = stateSnapshot(stateOf([known]));
    const pending = stateSnapshot(stateOf([known], [{ type: "creating", resource: configMap }]));
    expect(differences(undisturbed, pending)).toEqual([`orphaned: pending creating ${configMap.urn}`]);
    const other = stateSnapshot(stateOf([{ ...known, inputs: { ...known.inputs, data: { a: "2" } } }]));
    expect(differences(undisturbed, other)).toHaveLength(1);
  });

  it("takes what is encrypted for the same, whatever its nonce", () => {
    const sealed = (ciphertext: string) => ({ ...known, inputs: { data: { ciphertext } } });
    expect(differences(stateSnapshot(stateOf([sealed("x")])), stateSnapshot(stateOf([sealed("y")])))).toEqual([]);
  });
});
