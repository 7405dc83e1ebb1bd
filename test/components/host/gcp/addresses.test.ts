import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeRanges, nodesThatFit, overlap, parseRange } from "../../../../components/host/gcp/addresses";
import type { Range } from "../../../../components/host/gcp/addresses";

describe("ranges of a network", () => {
  it.each([
    ["10.42.0.0/16", { nodes: "10.42.0.0/18", services: "10.42.64.0/18", pods: "10.42.128.0/17" }, 256],
    ["192.168.16.0/20", { nodes: "192.168.16.0/22", services: "192.168.20.0/22", pods: "192.168.24.0/21" }, 16],
  ])("%s is split into those of nodes, Services and pods", (cidr, ranges, nodes) => {
    expect(nodeRanges(cidr)).toEqual(ranges);
    expect(nodesThatFit(cidr)).toBe(nodes);
  });

  it("are inside, fill it, and do not overlap", () => {
    const networks = fc
      .record({ prefix: fc.integer({ min: 16, max: 20 }), bits: fc.integer({ min: 0, max: 2 ** 16 - 1 }) })
      .map(({ prefix, bits }) => ({ prefix, first: (bits % 2 ** prefix) * 2 ** (32 - prefix) }));
    fc.assert(
      fc.property(networks, ({ prefix, first }) => {
        const cidr = `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${prefix}`;
        const parts = Object.values(nodeRanges(cidr) as unknown as Record<string, string>).map(
          (part) => parseRange(part) as Range,
        );
        const size = (range: Range) => 2 ** (32 - range.prefix);
        expect(parts.reduce((sum, part) => sum + size(part), 0)).toBe(2 ** (32 - prefix));
        for (const part of parts) {
          expect(part.first >= first && part.first + size(part) <= first + 2 ** (32 - prefix)).toBe(true);
          expect(parts.filter((other) => overlap(part, other))).toEqual([part]);
        }
      }),
    );
  });

  it.each(["10.42.0.0", "10.42.0.1/16", "10.42.0.0/33", "10.420.0.0/16", "fd00::/16", ""])("%j is none", (text) => {
    expect(parseRange(text)).toBeUndefined();
    expect(nodesThatFit(text)).toBe(0);
    expect(() => nodeRanges(text)).toThrow(/is no range/);
  });
});
