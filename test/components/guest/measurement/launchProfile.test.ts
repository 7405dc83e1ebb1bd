import { describe, expect, it } from "vitest";
import { kataVersions } from "../../../../components/guest/measurement/kataVersions";
import { launchProfileFor } from "../../../../components/guest/measurement/launchProfile";
import { platformSets } from "../../../../components/platform";

const known = [
  ...kataVersions.flatMap((kata) => (["snp", "tdx"] as const).map((tee) => ({ kata, tee, shim: "go" as const }))),
  ...(["snp", "tdx"] as const).map((tee) => ({ kata: "4.0.0", tee, shim: "runtime-rs" as const })),
];

describe("launch profiles", () => {
  it.each(known)("of Kata $kata with $tee by $shim say where each part was read", (key) => {
    const profile = launchProfileFor(key);
    expect(profile).toMatchObject(key);
    for (const { source } of [...profile.kernelParameters, ...profile.arguments]) expect(source).toMatch(/:\d|\.\w/);
    expect(profile.cpuModel).toBe(key.tee === "snp" ? "EPYC-v4" : "host");
  });

  it.each(known)("of Kata $kata with $tee by $shim have each argument once", (key) => {
    const names = launchProfileFor(key).arguments.map(({ argument }) => argument);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(["-machine", "-cpu", "-smp", "-bios", "-kernel", "-append", "-m"]));
    expect(names).toContain(key.tee === "snp" ? "-object sev-snp-guest" : "-object tdx-guest");
  });

  it("are there for every platform set", () => {
    for (const { versions } of Object.values(platformSets))
      expect(launchProfileFor({ kata: versions.kata, tee: "snp" }).shim).toBe("go");
  });

  it("are not verified: none was compared with a real QEMU process", () => {
    for (const key of known) expect(launchProfileFor(key).verified).toBe(false);
  });

  it("of Kata 3.29.0 warn of the static CPU manager", () => {
    expect(launchProfileFor({ kata: "3.29.0", tee: "snp" }).notes.join()).toMatch(/static CPU manager/);
    expect(launchProfileFor({ kata: "4.0.0", tee: "snp" }).notes).toEqual([]);
  });

  it.each([
    [
      { kata: "4.2.0", tee: "snp" },
      /no launch profile of Kata 4\.2\.0 is known; there are those of 3\.29\.0, 4\.0\.0, 4\.1\.0/,
    ],
    [{ kata: "3.29.0", tee: "snp", shim: "runtime-rs" }, /3\.29\.0 has no runtime-rs class/],
    [{ kata: "4.1.0", tee: "tdx", shim: "runtime-rs" }, /was not read from source/],
  ] as const)("are refused where none was read: %o", (key, message) => {
    expect(() => launchProfileFor(key)).toThrow(message);
  });
});
