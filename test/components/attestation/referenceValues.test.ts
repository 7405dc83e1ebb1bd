import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expiryNotice, referenceValueRecords, referenceValues } from "../../../components/attestation/referenceValues";
import { attestationPolicies } from "../../../components/attestation/attestationPolicies";
import { sampleEvidence } from "../../support/evidence";
import { sampleRelease } from "../../support/release";

const expiry = "2028-01-01T00:00:00Z";
const tdx = sampleRelease({
  name: "frontier",
  tee: "tdx",
  launchMeasurement: "1".repeat(96),
  rtmrs: { rtmr1: "2".repeat(96), rtmr2: "3".repeat(96) },
  resources: ["acme/model-key/frontier"],
});

describe("reference values", () => {
  it("are lists, sorted and each once", () => {
    const second = sampleRelease({ name: "b", launchMeasurement: "a".repeat(96), resources: ["acme/model-key/b"] });
    const third = sampleRelease({ name: "c", launchMeasurement: "a".repeat(96), resources: ["acme/model-key/c"] });
    expect(referenceValues([sampleRelease(), second, third], sampleEvidence())).toEqual({
      snp_launch_measurement: ["a".repeat(96), "c".repeat(96)],
      snp_bootloader: [9, 10],
      snp_microcode: [84],
      snp_snp_svn: [25],
      snp_tee_svn: [0],
      allowed_driver_versions: ["595.58.03"],
      allowed_vbios_versions: ["96.00.CF.00.02"],
    });
  });

  it("of TDX pin firmware, kernel and command line", () => {
    expect(referenceValues([tdx], sampleEvidence())).toMatchObject({
      mr_td: ["1".repeat(96)],
      rtmr_1: ["2".repeat(96)],
      rtmr_2: ["3".repeat(96)],
      xfam: ["e742060000000000"],
    });
  });

  it("name NVSwitches only where a release has some", () => {
    const board = sampleRelease({ gpu: { model: "H100", count: 8, nvSwitches: 4 } });
    expect(referenceValues([tdx], sampleEvidence())).not.toHaveProperty("allowed_switch_bios_versions");
    expect(referenceValues([board], sampleEvidence()).allowed_switch_bios_versions).toEqual(["96.10.6D.00.01"]);
  });

  it("are all that the policies ask for, and no others", () => {
    const board = sampleRelease({ gpu: { model: "H100", count: 8, nvSwitches: 4 } });
    const asked = Object.values(attestationPolicies("remote")).flatMap((rego) =>
      [...rego.matchAll(/query_reference_value\("(\w+)"\)/g)].map((match) => match[1]),
    );
    expect(Object.keys(referenceValues([board, tdx], sampleEvidence())).sort()).toEqual([...new Set(asked)].sort());
  });
});

describe("records", () => {
  it("are what the reference value provider stores, one a name", () => {
    const records = referenceValueRecords(referenceValues([tdx], sampleEvidence()), expiry);
    expect(Object.keys(records)).toEqual([...Object.keys(records)].sort());
    expect(JSON.parse(records.mr_td ?? "")).toEqual({
      version: "0.1.0",
      name: "mr_td",
      expiration: expiry,
      value: ["1".repeat(96)],
    });
  });

  it("are the same bytes in whatever order releases and versions come", () => {
    const releases = ["a", "b", "c", "d"].map((name, index) =>
      sampleRelease({ name, launchMeasurement: String(index + 1).repeat(96), resources: [`acme/model-key/${name}`] }),
    );
    const expected = referenceValueRecords(referenceValues(releases, sampleEvidence()), expiry);
    fc.assert(
      fc.property(fc.shuffledSubarray(releases, { minLength: releases.length }), (shuffled) => {
        expect(referenceValueRecords(referenceValues(shuffled, sampleEvidence()), expiry)).toEqual(expected);
      }),
    );
  });

  it.each(["2028-01-01", "tomorrow", "2028-13-01T00:00:00Z", ""])("refuse %o as expiry", (wrong) => {
    const values = referenceValues([tdx], sampleEvidence());
    expect(() => referenceValueRecords(values, wrong)).toThrow(/is no point in time; write for example 2028/);
  });

  it("refuse an empty list, which would deny everybody without a word", () => {
    const values = { ...referenceValues([tdx], sampleEvidence()), xfam: [] };
    expect(() => referenceValueRecords(values, expiry)).toThrow(/xfam is empty/);
  });
});

describe("the day until which reference values hold", () => {
  it.each([
    ["2027-11-01", undefined],
    ["2027-12-02T00:00:00Z", undefined],
    ["2027-12-03T00:00:00Z", { expired: false, text: /^reference values hold for 29 more days, until 2028-01-01/ }],
    ["2027-12-31T23:00:00Z", { expired: false, text: /^reference values hold for 0 more days/ }],
    ["2028-01-01T00:00:01Z", { expired: true, text: /^reference values were meant to hold until 2028-01-01/ }],
  ])("is spoken of in time: on %s", (today, expected) => {
    const notice = expiryNotice(expiry, new Date(today));
    expect(notice?.expired).toBe(expected?.expired);
    if (expected) expect(notice?.text).toMatch(expected.text);
    else expect(notice).toBeUndefined();
  });
});
