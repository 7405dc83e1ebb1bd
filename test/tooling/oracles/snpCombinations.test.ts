import { describe, expect, it } from "vitest";
import { snpCombinations } from "../../../tooling/oracles/snpCombinations";

const firmwares = [
  { name: "a", kernelHashes: true },
  { name: "b", kernelHashes: false },
  { name: "c", kernelHashes: true },
];
const combinations = snpCombinations({ count: 280, firmwares });

describe("the combinations that are compared with sev-snp-measure", () => {
  it("are the same each time, and mostly distinct", () => {
    expect(snpCombinations({ count: 280, firmwares })).toEqual(combinations);
    const texts = combinations.map((each) => JSON.stringify({ ...each, guestFeatures: String(each.guestFeatures) }));
    expect(new Set(texts).size).toBeGreaterThan(250);
  });

  it("cover each firmware with each VMM, both ways to start, with and without kernel and initrd", () => {
    const kinds = new Set(
      combinations.flatMap(({ firmware, vmm, from, kernel }) => {
        const started = kernel ? (kernel.initrd === undefined ? "kernel" : "kernel and initrd") : "no kernel";
        return [`${firmware} ${vmm} ${started}`, `${firmware} ${from} ${started}`];
      }),
    );
    for (const { name, kernelHashes } of firmwares)
      for (const how of ["qemu", "ec2", "gce", "firmware", "seed"])
        for (const started of kernelHashes ? ["no kernel", "kernel", "kernel and initrd"] : ["no kernel"])
          expect(kinds).toContain(`${name} ${how} ${started}`);
  });

  it("cover every CPU type, and vCPUs from 1 to 64", () => {
    expect(new Set(combinations.map(({ cpuType }) => cpuType)).size).toBe(16);
    const counts = combinations.map(({ vcpus }) => vcpus);
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([1, 64]);
  });
});
