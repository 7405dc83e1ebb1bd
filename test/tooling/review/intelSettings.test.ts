import { describe, expect, it } from "vitest";
import { compareSettings } from "../../../tooling/review/compareSettings";

const judgedBy = (service: object) => ({ role: "trust", attestation: { service } });
const us = { kind: "intelTrustAuthority", region: "us", policyIds: ["a"] };
const hosts = (intel: object) => ({ role: "infrastructure", provider: "p", providers: [{ name: "p", intel }] });
const found = (before: object, after: object) =>
  compareSettings(before, after).map(({ direction, text }) => `${direction} ${text}`);

describe("what a review says of Intel", () => {
  it("is that whoever judges evidence can hand out keys", () => {
    expect(found(judgedBy({ kind: "coco" }), judgedBy(us))[0]).toMatch(
      /^weaker attestation\.service\.kind: .*Intel judges/,
    );
    expect(found(judgedBy(us), judgedBy({ kind: "coco" }))[0]).toMatch(/^stronger attestation\.service\.kind/);
  });

  it("is nothing of the same settings, and a change of another region or policy", () => {
    expect(found(judgedBy(us), judgedBy(us))).toEqual([]);
    expect(found(judgedBy(us), judgedBy({ ...us, region: "eu", policyIds: ["b"] }))).toEqual([
      expect.stringMatching(/^changed attestation\.service\.region/),
      expect.stringMatching(/^changed attestation\.service\.policyIds/),
    ]);
  });

  it("is that an account of hosts may do anything", () => {
    const quotes = (...privilegedServiceAccounts: string[]) => hosts({ quotes: { privilegedServiceAccounts } });
    expect(found(quotes(), quotes("intel-tdx-dcap-qgs"))).toEqual([
      expect.stringMatching(/^weaker intel\.quotes\.privilegedServiceAccounts: .*may do anything on hosts/),
    ]);
  });
});
