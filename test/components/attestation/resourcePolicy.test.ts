import { describe, expect, it } from "vitest";
import { resourcePolicy } from "../../../components/attestation/resourcePolicy";
import { admit, sampleEvidence, samplePpid, sampleUeid } from "../../support/evidence";
import { current, former, hostile, hostileTexts, rolloverEnd } from "../../support/policyCases/guests";
import { sampleRelease, tdxParts } from "../../support/release";

// What the policy decides is tested by OPA, under test/acceptance.
const sample = sampleRelease();
const other = sampleRelease({
  name: "another",
  initData: { ...sample.initData, digest: "c".repeat(64) },
  resources: ["acme/model-key/another"],
});
const policyOf = (...releases: Parameters<typeof admit>) => resourcePolicy(admit(...releases), sampleEvidence());

describe("the resource policy as text", () => {
  it("is of the package and rule that the key broker evaluates, and denies by default", () => {
    expect(policyOf(sample)).toMatch(/^package policy$/m);
    expect(policyOf(sample)).toMatch(/^default allow := false$/m);
    expect(policyOf(sample)).not.toMatch(/allow := true/);
  });

  it("has one block a release, in the order of names and numbers", () => {
    expect(policyOf(sample, other)).toBe(policyOf(other, sample));
    expect(policyOf(sample, other).indexOf('"another#1": {')).toBeLessThan(
      policyOf(sample, other).indexOf('"llama-8b#1": {'),
    );
    const rollover = [{ release: current }, { release: former, until: rolloverEnd }];
    const text = resourcePolicy(rollover, sampleEvidence());
    expect(text).toBe(resourcePolicy([...rollover].reverse(), sampleEvidence()));
    expect(text.indexOf('"chat#1": {')).toBeLessThan(text.indexOf('"chat#2": {'));
  });

  it("says until when each release gets keys, and holds it to that", () => {
    const text = resourcePolicy([{ release: current }, { release: former, until: rolloverEnd }], sampleEvidence());
    expect(text).toContain("keys from 2026-11-01T00:00:00Z until 2026-12-15T00:00:00Z");
    expect(text).toContain(`"until": ${Date.parse(rolloverEnd) / 1000},`);
    // An end after the validity's changes nothing.
    const late = [{ release: current }, { release: former, until: "2030-01-01T00:00:00Z" }];
    expect(resourcePolicy(late, sampleEvidence())).toContain(
      `"until": ${Date.parse(former.validity.notAfter) / 1000},`,
    );
  });

  it("says SIMULATED where the measurements are made up, and only there", () => {
    expect(policyOf(sample)).toContain("# SIMULATED");
    expect(policyOf(sampleRelease({ simulated: false }))).not.toContain("SIMULATED");
  });

  it("lets no free text out of its comment or string", () => {
    expect(policyOf(hostile)).not.toMatch(/^\s*allow := true/m);
    // Nothing in it that any reader could take for a line's end but one.
    expect(policyOf(hostile)).toMatch(/^[\n\t\x20-\x7e]*$/);
    for (const text of hostileTexts) {
      const renamed = sampleRelease({ gpuClaims: { drivers: [text], vbios: ["1"] } });
      expect(policyOf(renamed).split("\n").length).toBe(policyOf(sample).split("\n").length);
    }
  });

  it("refuses half a character, which no engine's JSON reads", () => {
    const half = sampleRelease({ gpuClaims: { drivers: ["\ud83d"], vbios: ["1"] } });
    expect(() => policyOf(half)).toThrow(/is no valid Unicode; write it again/);
  });

  it("binds the init-data as the hardware reports it", () => {
    const tdx = sampleRelease(tdxParts);
    expect(policyOf(sample)).toContain(`"init_data": "${sample.initData.digest}",`);
    expect(policyOf(tdx)).toContain(`"init_data": "${sample.initData.digest}${"0".repeat(32)}",`);
  });

  it("names devices only where the owner lists some, each once", () => {
    const tdx = sampleRelease(tdxParts);
    expect(policyOf(tdx)).not.toMatch(/known_gpus|chips/);
    const options = sampleEvidence({ chips: [samplePpid, samplePpid], gpus: [sampleUeid(1), sampleUeid(0)] });
    const text = resourcePolicy(admit(tdx), options);
    expect(text.split(samplePpid)).toHaveLength(2);
    expect(text.indexOf(sampleUeid(0))).toBeLessThan(text.indexOf(sampleUeid(1)));
  });

  it("reads nothing that a token leaves out which is not verbose", () => {
    expect(policyOf(sample)).not.toContain("additional-evidence");
  });

  it("breaks lists that the engine's line would not hold", () => {
    const resources = Array.from({ length: 60 }, (_, index) => `acme/model-key/${"k".repeat(40)}-${index}`);
    const lines = policyOf(sampleRelease({ resources })).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1024);
  });

  it("is refused where the engine would not load it", () => {
    const releases = Array.from({ length: 1700 }, (_, index) =>
      sampleRelease({
        name: `m-${index}`,
        initData: { ...sample.initData, digest: String(index + 1).padStart(64, "0") },
        resources: [`acme/model-key/m-${index}`],
      }),
    );
    expect(() => policyOf(...releases)).toThrow(/spread the releases over several key brokers/);
    const long = sampleRelease({ gpuClaims: { drivers: ["5".repeat(2000)], vbios: ["1"] } });
    expect(() => policyOf(long)).toThrow(/shorten the longest name or version/);
  });

  it("is refused without evidence to hold releases to", () => {
    expect(() => policyOf()).toThrow(/no release is given/);
  });
});
