import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { networkPlan } from "../../../../components/host/azure/networkPlan";

describe("a network's plan", () => {
  it.each([
    ["10.42.0.0/16", "10.42.0.0/17", "10.42.128.0/17"],
    ["172.20.16.0/20", "172.20.16.0/21", "172.20.24.0/21"],
    ["192.168.0.0/17", "192.168.0.0/18", "192.168.64.0/18"],
  ])("%s is halved into %s and %s", (cidr, nodes, machines) => {
    expect(networkPlan(cidr)).toEqual({ cidr, nodes, machines });
  });

  it.each([
    ["10.42.0.0/24", "is no network of /16 to /20"],
    ["10.0.0.0/8", "is no network of /16 to /20"],
    ["10.300.0.0/16", "is no network of /16 to /20"],
    ["10.42.1.0/16", "write 10.42.0.0/16"],
    ["100.64.0.0/16", "is not private"],
    ["203.0.0.0/16", "is not private"],
    ["10.244.128.0/17", "overlaps with 10.244.0.0/16"],
    ["10.245.0.0/16", "overlaps with 10.245.0.0/16"],
  ])("%s %s", (cidr, expected) => {
    expect(() => networkPlan(cidr)).toThrow(expected);
  });

  it("leaves no address out, and gives none twice", () => {
    const networks = fc
      .tuple(fc.integer({ min: 0, max: 2 ** 12 - 1 }), fc.integer({ min: 16, max: 20 }))
      .map(([block, length]) => {
        const start = 10 * 2 ** 24 + Math.floor((block * 2 ** 12) / 2 ** (32 - length)) * 2 ** (32 - length);
        return { start, length, cidr: text(start, length) };
      })
      .filter(({ start }) => ![244, 245].includes(Math.floor(start / 2 ** 16) % 256));
    fc.assert(
      fc.property(networks, ({ start, length, cidr }) => {
        const half = 2 ** (31 - length);
        expect(networkPlan(cidr)).toEqual({
          cidr,
          nodes: text(start, length + 1),
          machines: text(start + half, length + 1),
        });
      }),
    );
  });
});

function text(start: number, length: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(start);
  return `${[...bytes].join(".")}/${length}`;
}
