import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attestationPolicies } from "../../../components/attestation/attestationPolicies";
import type { ReferenceValues } from "../../../components/attestation/referenceValues";
import {
  expiryNotice,
  operatorReferenceValues,
  referenceValueKinds,
  referenceValueMessage,
  referenceValueRecords,
  referenceValues,
} from "../../../components/attestation/referenceValues";
import { admit, sampleEvidence } from "../../support/evidence";
import { board, current, former, rolloverEnd, snp, tdx } from "../../support/policyCases/guests";
import { sampleNode } from "../../support/nodes";
import { sampleRelease } from "../../support/release";

const expiry = "2028-01-01T00:00:00Z";
const valuesOf = (...releases: Parameters<typeof admit>) => referenceValues(admit(...releases), sampleEvidence());

describe("reference values", () => {
  it("are lists, sorted and each once, of every release that is admitted", () => {
    const rollover = [{ release: current }, { release: former, until: rolloverEnd }];
    expect(referenceValues(rollover, sampleEvidence())).toEqual({
      snp_launch_measurement: ["5".repeat(96), "6".repeat(96)],
      snp_bootloader: [10],
      snp_microcode: [84, 90],
      snp_snp_svn: [25, 27],
      snp_tee_svn: [0],
      allowed_driver_versions: ["595.58.03"],
      allowed_vbios_versions: ["96.00.CF.00.02"],
    });
  });

  it("of TDX pin firmware, kernel and command line", () => {
    expect(valuesOf(tdx)).toEqual({
      mr_td: ["1".repeat(96)],
      rtmr_1: ["2".repeat(96)],
      rtmr_2: ["3".repeat(96)],
      xfam: ["e742060000000000"],
      td_attributes: ["0000001000000000"],
      allowed_driver_versions: ["595.58.03"],
      allowed_vbios_versions: ["96.00.CF.00.02"],
    });
  });

  it("name NVSwitches only where a release has some", () => {
    expect(valuesOf(tdx)).not.toHaveProperty("allowed_switch_bios_versions");
    expect(valuesOf(board).allowed_switch_bios_versions).toEqual(["96.10.6D.00.01"]);
  });

  it("are all that the policies ask for, and no others", () => {
    const askedBy = (...policies: Parameters<typeof attestationPolicies>) => {
      const rego = Object.values(attestationPolicies(...policies)).join("\n");
      return [...new Set([...rego.matchAll(/query_reference_value\("(\w+)"\)/g)].map((match) => match[1]))].sort();
    };
    expect(Object.keys(valuesOf(board, tdx)).sort()).toEqual(askedBy("remote"));
    const beside = referenceValues(admit(board, tdx), sampleEvidence(), [sampleNode()]);
    expect(Object.keys(beside).sort()).toEqual(askedBy("remote", { azureSnpVtpm: true }));
    expect(Object.keys(referenceValueKinds).sort()).toEqual(askedBy("remote", { azureSnpVtpm: true }));
  });

  it("are lists of their kind to the compiler", () => {
    const values: ReferenceValues = { snp_bootloader: [10], mr_td: ["1"] };
    // @ts-expect-error -- a scalar is no list
    const scalar: ReferenceValues = { snp_bootloader: 10 };
    // @ts-expect-error -- a version is a number
    const text: ReferenceValues = { snp_bootloader: ["10"] };
    // @ts-expect-error -- no policy asks for it
    const unknown: ReferenceValues = { snp_smt_enabled: [true] };
    expect(Object.keys(referenceValueRecords(values, expiry))).toEqual(["mr_td", "snp_bootloader"]);
    // What gets past the compiler is refused all the same.
    expect(() => referenceValueRecords(scalar, expiry)).toThrow(/snp_bootloader has to be a list of numbers/);
    expect(() => referenceValueRecords(text, expiry)).toThrow(/snp_bootloader has to be a list of numbers/);
    expect(() => referenceValueMessage(unknown)).toThrow(/snp_smt_enabled has to be a list .* that a policy asks for/);
  });
});

describe("records", () => {
  it("are what the reference value provider stores, one a name", () => {
    const records = referenceValueRecords(valuesOf(tdx), expiry);
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
      sampleRelease({
        name,
        launch: { snp: { measurement: String(index + 1).repeat(96) } },
        resources: [`acme/model-key/${name}`],
      }),
    );
    const expected = referenceValueRecords(valuesOf(...releases), expiry);
    fc.assert(
      fc.property(fc.shuffledSubarray(releases, { minLength: releases.length }), (shuffled) => {
        expect(referenceValueRecords(valuesOf(...shuffled), expiry)).toEqual(expected);
      }),
    );
  });

  it.each(["2028-01-01", "tomorrow", "2028-13-01T00:00:00Z", ""])("refuse %o as expiry", (wrong) => {
    expect(() => referenceValueRecords(valuesOf(tdx), wrong)).toThrow(/is no point in time; write for example 2028/);
  });

  it("refuse an empty list, which would deny everybody without a word", () => {
    expect(() => referenceValueRecords({ ...valuesOf(tdx), xfam: [] }, expiry)).toThrow(/xfam is empty/);
  });
});

describe("the operator's ConfigMap entry", () => {
  it("is a table of the same records, each in padded URL-safe base64", () => {
    const { reference_value } = operatorReferenceValues(valuesOf(snp, tdx), expiry);
    const table = JSON.parse(reference_value) as Record<string, string>;
    const records = Object.entries(table).map(([name, text]) => {
      expect(text).toMatch(/^[\w-]+={0,2}$/);
      expect(text.length % 4).toBe(0);
      return [name, Buffer.from(text, "base64url").toString()];
    });
    expect(Object.fromEntries(records)).toEqual(referenceValueRecords(valuesOf(snp, tdx), expiry));
  });

  it("has the alphabet that Trustee decodes, whatever a version is called", () => {
    const values: ReferenceValues = { allowed_driver_versions: ["~~~???>>>ÿÿÿ"] };
    const { reference_value } = operatorReferenceValues(values, expiry);
    expect(JSON.parse(reference_value)).toEqual({
      allowed_driver_versions: expect.stringMatching(/^[\w-]+={0,2}$/) as string,
    });
  });
});

it("travel as one message that the provider's own extractor reads", () => {
  const message = JSON.parse(referenceValueMessage(valuesOf(snp))) as Record<string, string>;
  expect(message).toEqual({ version: "0.1.0", type: "sample", payload: expect.any(String) as string });
  expect(JSON.parse(Buffer.from(message.payload ?? "", "base64").toString())).toEqual(valuesOf(snp));
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
