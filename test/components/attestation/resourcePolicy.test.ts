import { describe, expect, it } from "vitest";
import { resourcePolicy } from "../../../components/attestation/resourcePolicy";
import { sampleEvidence } from "../../support/evidence";
import { sampleRelease } from "../../support/release";

// What the policy decides is tested by OPA, under test/acceptance.
const other = sampleRelease({ name: "another", resources: ["acme/model-key/another"] });

describe("the resource policy as text", () => {
  it("is of the package and rule that the key broker evaluates, and denies by default", () => {
    const text = resourcePolicy([sampleRelease()], sampleEvidence());
    expect(text).toMatch(/^package policy$/m);
    expect(text).toMatch(/^default allow := false$/m);
    expect(text).not.toMatch(/allow := true/);
  });

  it("has one block a release, in the order of names", () => {
    const text = resourcePolicy([sampleRelease(), other], sampleEvidence());
    expect(text).toBe(resourcePolicy([other, sampleRelease()], sampleEvidence()));
    expect(text.indexOf('"another": {')).toBeLessThan(text.indexOf('"llama-8b": {'));
  });

  it("says SIMULATED where the measurements are made up, and only there", () => {
    expect(resourcePolicy([sampleRelease()], sampleEvidence())).toContain("# SIMULATED");
    expect(resourcePolicy([sampleRelease({ simulated: false })], sampleEvidence())).not.toContain("SIMULATED");
  });

  it("lets no free text out of its comment or string", () => {
    const hostile = '1"\n}\nallow := true\n#';
    const text = resourcePolicy([sampleRelease({ modelVersion: hostile })], sampleEvidence());
    expect(text).not.toMatch(/^\s*allow := true/m);
    const driver = sampleEvidence({ gpuFirmware: { drivers: ['"]\nallow := true'], vbios: ["1"] } });
    expect(resourcePolicy([sampleRelease()], driver)).not.toMatch(/^\s*allow := true/m);
  });

  it("binds the init-data as the hardware reports it", () => {
    const tdx = sampleRelease({ tee: "tdx", rtmrs: { rtmr1: "2".repeat(96), rtmr2: "3".repeat(96) } });
    expect(resourcePolicy([sampleRelease()], sampleEvidence())).toContain(`"init_data": "${"b".repeat(64)}",`);
    expect(resourcePolicy([tdx], sampleEvidence())).toContain(`"init_data": "${"b".repeat(64)}${"0".repeat(32)}",`);
  });

  it("breaks lists that the engine's line would not hold", () => {
    const resources = Array.from({ length: 60 }, (_, index) => `acme/model-key/${"k".repeat(40)}-${index}`);
    const lines = resourcePolicy([sampleRelease({ resources })], sampleEvidence()).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(1024);
  });

  it("is refused where the engine would not load it", () => {
    const releases = Array.from({ length: 2000 }, (_, index) =>
      sampleRelease({ name: `m-${index}`, resources: [`acme/model-key/m-${index}`] }),
    );
    expect(() => resourcePolicy(releases, sampleEvidence())).toThrow(/spread the releases over several key brokers/);
  });

  it("is refused without evidence to hold releases to", () => {
    expect(() => resourcePolicy([], sampleEvidence())).toThrow(/no release is given/);
  });
});
