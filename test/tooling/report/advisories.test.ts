import * as semver from "semver";
import { describe, expect, it } from "vitest";
import { advisories } from "../../../policies/advisories";
import { judgeAdvisories } from "../../../tooling/report/advisories";
import { modelOf } from "../../../tooling/report/model";
import { sampleRelease } from "../../support/release";
import { kataChart, sampleReading } from "../../support/reportReading";

const none = { genpolicy: false, runtimeRs: false, cloudHypervisor: false };
const standing = (kata: string, uses: Partial<typeof none> = {}) =>
  Object.fromEntries(
    judgeAdvisories({ versions: { kata: [kata] }, uses: { ...none, ...uses } }).map(({ advisory, standing: is }) => [
      advisory.id,
      is,
    ]),
  );

describe("versions against advisories", () => {
  it("has each advisory once, with a range that semver reads and a source", () => {
    expect(new Set(advisories.flatMap(({ id, also }) => [id, ...also])).size).toBe(
      advisories.flatMap(({ id, also }) => [id, ...also]).length,
    );
    for (const { affected, source } of advisories) {
      if (affected !== undefined) expect(semver.validRange(affected)).not.toBeNull();
      expect(source.url).toMatch(/^https:\/\//);
    }
  });

  it.each([
    ["3.25.0", "CVE-2026-24054", "affected"],
    ["3.26.0", "CVE-2026-24054", "fixed"],
    ["3.26.0-rc1", "CVE-2026-24054", "affected"],
    ["3.30.0", "GHSA-rr59-xxvx-96qr", "affected"],
    ["3.31.0", "GHSA-rr59-xxvx-96qr", "fixed"],
    ["4.0.0", "GHSA-fmg6-v47x-52wr", "unused"],
    ["4.1.0", "GHSA-fmg6-v47x-52wr", "fixed"],
    ["4.1.0", "GHSA-q49m-57vm-c8cc", "unknown"],
    ["4.1.0", "CVE-2026-53492", "unknown"],
    ["main", "CVE-2026-24054", "unknown"],
  ])("says of Kata %s that %s is %s", (version, id, is) => {
    expect(standing(version)[id]).toBe(is);
  });

  it("counts what needs a part only where that part is in use", () => {
    expect(standing("4.0.0", { genpolicy: true })["GHSA-fmg6-v47x-52wr"]).toBe("affected");
    expect(standing("3.30.0", { runtimeRs: true })["CVE-2026-47243"]).toBe("affected");
    expect(standing("3.30.0")["CVE-2026-47243"]).toBe("unused");
    expect(standing("3.26.0", { cloudHypervisor: true })["CVE-2026-24834"]).toBe("affected");
  });

  it("takes version, shims and policies from what is deployed", () => {
    const { agentPolicy } = sampleRelease();
    const of = (reading: Parameters<typeof sampleReading>[0]) =>
      Object.fromEntries(
        modelOf(sampleReading(reading)).advisories.map(({ advisory, standing: is }) => [advisory.id, is]),
      );
    const shims = { shims: { disableAll: true, "qemu-nvidia-gpu-snp-runtime-rs": { enabled: true } } };
    expect(of({ infrastructure: [kataChart("3.30.0", shims)] })["CVE-2026-47243"]).toBe("affected");
    // Shims that the chart chooses by itself may be any.
    expect(of({ infrastructure: [kataChart("3.30.0", {})] })["CVE-2026-47243"]).toBe("affected");
    const genpolicy = sampleRelease({ agentPolicy: { ...agentPolicy, origin: "genpolicy" } });
    expect(of({ releases: [genpolicy] })["GHSA-fmg6-v47x-52wr"]).toBe("affected");
    expect(of({ infrastructure: [] })["CVE-2026-24054"]).toBe("unknown");
  });
});
