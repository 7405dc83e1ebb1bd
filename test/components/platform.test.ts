import { describe, expect, it } from "vitest";
import type { PlatformVersions } from "../../components/platform";
import {
  platformSetNames,
  platformSetOf,
  platformSets,
  supportsGenpolicy,
  supportsHopperPpcie,
} from "../../components/platform";

const validated = platformSets["ra-1.1.0"].versions;

describe("platform sets", () => {
  it.each(platformSetNames)("%s is found by its own versions", (set) => {
    expect(platformSetOf(platformSets[set].versions)).toEqual({ set });
  });

  it("refuse any other combination, and say of each set what departs from it", () => {
    const mixed: PlatformVersions = { ...validated, kata: "4.1.0" };
    const found = platformSetOf(mixed);
    expect(found).toEqual({
      reason: expect.stringMatching(
        /^ra-1\.1\.0: kata is 4\.1\.0, not 4\.0\.0 · newest: gpuOperator is v26\.3\.1/,
      ) as string,
    });
    for (const key of Object.keys(validated) as (keyof PlatformVersions)[])
      expect(platformSetOf({ ...validated, [key]: "0.0.0" })).toHaveProperty("reason");
  });

  it("are dated, sourced, and never floating", () => {
    for (const { date, source, versions } of Object.values(platformSets)) {
      expect(date).toMatch(/^2026-\d\d-\d\d$/);
      expect(source).not.toBe("");
      for (const version of Object.values(versions)) expect(version).not.toMatch(/latest|main|master/);
    }
  });

  it("carry a dated warning where policies made by genpolicy can be subverted, or nobody validated them", () => {
    expect(platformSets["ra-1.1.0"].warnings.join()).toMatch(/^2026-08-21: GHSA-fmg6-v47x-52wr/);
    expect(platformSets.newest.warnings.join()).toMatch(/not in NVIDIA's validated matrix/);
    for (const { validated: isValidated, versions, warnings } of Object.values(platformSets))
      if (!isValidated || !supportsGenpolicy(versions)) expect(warnings).not.toEqual([]);
  });
});

describe("what needs Kata 4.1.0", () => {
  it.each([
    ["3.29.0", false],
    ["4.0.0", false],
    ["4.1.0", true],
    ["4.10.0", true],
  ])("is there in %s: %s", (kata, supported) => {
    expect(supportsHopperPpcie({ ...validated, kata })).toBe(supported);
    expect(supportsGenpolicy({ ...validated, kata })).toBe(supported);
  });
});
