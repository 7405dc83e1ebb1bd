import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AcceptanceParameters } from "../../../components/cluster/acceptanceParameters";
import { parameterData, parameterKeys } from "../../../components/cluster/acceptanceParameters";

const parameters: AcceptanceParameters = {
  tenant: "acme-models",
  registries: ["registry.acme.example", "nvcr.io/nim"],
  images: [],
  egressRanges: ["203.0.113.0/28", "198.51.100.0/24", "203.0.113.0/28"],
  dedicatedNodes: true,
  priorityClasses: [],
};

describe("what an API server reads of a provider's acceptance", () => {
  it("is text a key: lists one item a line, in order, without repetition", () => {
    expect(parameterData(parameters)).toEqual({
      tenant: "acme-models",
      registries: "nvcr.io/nim\nregistry.acme.example",
      images: "",
      egressRanges: "198.51.100.0/24\n203.0.113.0/28",
      dedicatedNodes: "true",
      priorityClasses: "",
    });
  });

  it("has every key, whatever is accepted, and the same text for the same set", () => {
    const item = fc.stringMatching(/^[a-z0-9./:-]{1,12}$/);
    const lists = fc.record({ registries: fc.array(item), images: fc.array(item), egressRanges: fc.array(item) });
    fc.assert(
      fc.property(lists, (given) => {
        const data = parameterData({ ...parameters, ...given });
        expect(Object.keys(data)).toEqual([...parameterKeys]);
        const reversed = parameterData({
          ...parameters,
          registries: [...given.registries].reverse(),
          images: [...given.images].reverse(),
          egressRanges: [...given.egressRanges].reverse(),
        });
        expect(reversed).toEqual(data);
        expect(new Set(data.images.split("\n").filter(Boolean))).toEqual(new Set(given.images));
      }),
    );
  });
});
