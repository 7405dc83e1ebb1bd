import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  diskReleasePolicy,
  encodeReleasePolicy,
  guestReleasePolicy,
} from "../../../components/attestation/azureReleasePolicy";
import { guestToken, machineId, platformToken } from "../../support/cloudTokens";
import { withValue } from "../../support/factory";
import type { Token } from "../../support/releasePolicyEvaluator";
import { releases } from "../../support/releasePolicyEvaluator";

const authorities = ["https://sharedeus2.eus2.attest.azure.net"];
const disk = encodeReleasePolicy(diskReleasePolicy({ authorities, tee: "snp" }));
const guest = encodeReleasePolicy(guestReleasePolicy({ authorities, tee: "snp" }));
const named = encodeReleasePolicy(guestReleasePolicy({ authorities, tee: "snp", machines: [machineId.toLowerCase()] }));

type Path = readonly string[];
const tee = ["x-ms-isolation-tee"];

/** One deviation each from a token on which the policy releases; a value of undefined takes the claim away. */
const deviations: Record<string, { policy: { data: string }; token: Token; cases: [string, Path, unknown][] }> = {
  disk: {
    policy: disk,
    token: platformToken,
    cases: [
      ["another authority", ["iss"], "https://sharedweu.weu.attest.azure.net"],
      ["an authority whose name goes on", ["iss"], "https://sharedeus2.eus2.attest.azure.net.example.com"],
      ["another TEE", ["x-ms-attestation-type"], "tdxvm"],
      ["no TEE: a machine of trusted launch", ["x-ms-attestation-type"], "azurevm"],
      ["SGX", ["x-ms-attestation-type"], "sgx"],
      ["no claim about the TEE", ["x-ms-attestation-type"], undefined],
      ["a container group in place of a machine", ["x-ms-compliance-status"], "azure-compliant-uvm"],
      ["a machine that is not in order", ["x-ms-compliance-status"], "azure-non-compliant"],
      ["no claim about compliance", ["x-ms-compliance-status"], undefined],
    ],
  },
  guest: {
    policy: guest,
    token: guestToken,
    cases: [
      ["another authority", ["iss"], "https://mine.eus2.attest.azure.net"],
      ["another TEE", [...tee, "x-ms-attestation-type"], "tdxvm"],
      ["no claim about the TEE", [...tee, "x-ms-attestation-type"], undefined],
      ["a machine that is not in order", [...tee, "x-ms-compliance-status"], "azure-non-compliant"],
      ["no claim about compliance", [...tee, "x-ms-compliance-status"], undefined],
      ["a machine that can be debugged", [...tee, "x-ms-sevsnpvm-is-debuggable"], true],
      ["no claim about debugging", [...tee, "x-ms-sevsnpvm-is-debuggable"], undefined],
      ["a machine of trusted launch, without a TEE", tee, undefined],
      ["text in place of the TEE's claims", tee, "sevsnpvm"],
    ],
  },
  named: {
    policy: named,
    token: guestToken,
    cases: [
      ["another machine", ["x-ms-azurevm-vmid"], "00000000-0000-4000-8000-000000000001"],
      ["no id of a machine", ["x-ms-azurevm-vmid"], undefined],
      ["a machine that is not in order", [...tee, "x-ms-compliance-status"], "azure-non-compliant"],
    ],
  },
};

describe.each(Object.entries(deviations))("the policy for a %s", (_, { policy, token, cases }) => {
  it("releases on the token that it is for", () => {
    expect(releases(policy, token)).toBe(true);
  });

  it.each(cases)("does not release on %s", (_deviation, path, value) => {
    expect(releases(policy, withValue(token, path, value))).toBe(false);
  });

  it("does not release on any other value of any claim that it names", () => {
    const paths = [...new Map(cases.map(([, path]) => [path.join(), path] as const)).values()];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const deviating = withValue<Token>(token, path, value);
        const same = JSON.stringify(deviating) === JSON.stringify(token);
        // false in JSON and as text are one value to the vault.
        const spelt = path.at(-1) === "x-ms-sevsnpvm-is-debuggable" && value === "false";
        fc.pre(!same && !spelt);
        return !releases(policy, deviating);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the two placements", () => {
  it("never release on each other's tokens", () => {
    expect(releases(disk, guestToken)).toBe(false);
    expect(releases(guest, platformToken)).toBe(false);
    expect(releases(named, { ...platformToken, "x-ms-azurevm-vmid": machineId })).toBe(false);
  });

  it("never release on a token whose claims are in the other's place", () => {
    const { "x-ms-isolation-tee": inner, ...outer } = guestToken;
    expect(releases(guest, { ...outer, ...(inner as object), iss: guestToken.iss })).toBe(false);
    // A dotted name is a path, not the name of one claim.
    const flat = Object.entries(inner as object).map(([claim, value]) => [`x-ms-isolation-tee.${claim}`, value]);
    expect(releases(guest, { ...outer, ...Object.fromEntries(flat), iss: guestToken.iss })).toBe(false);
  });

  it("of TDX release on TDX alone", () => {
    const tdx = encodeReleasePolicy(guestReleasePolicy({ authorities, tee: "tdx" }));
    expect(releases(tdx, guestToken)).toBe(false);
    expect(releases(tdx, withValue(guestToken, [...tee, "x-ms-attestation-type"], "tdxvm"))).toBe(true);
  });

  it("release on any one of several authorities, with its own conditions", () => {
    const two = [...authorities, "https://sharedweu.weu.attest.azure.net"];
    const policy = encodeReleasePolicy(diskReleasePolicy({ authorities: two, tee: "snp" }));
    for (const iss of two) expect(releases(policy, { ...platformToken, iss })).toBe(true);
    expect(releases(policy, { ...platformToken, iss: "https://sharedcus.cus.attest.azure.net" })).toBe(false);
  });
});

describe("the evaluator", () => {
  const encoded = (policy: unknown) => ({ data: Buffer.from(JSON.stringify(policy)).toString("base64url") });
  const condition = { claim: "x-ms-attestation-type", equals: "sevsnpvm" };
  const [authority] = authorities;

  it.each([
    ["allOf at the root", { version: "1.0.0", allOf: [{ authority, allOf: [condition] }] }],
    ["another version", { version: "0.2", anyOf: [{ authority, allOf: [condition] }] }],
    ["no authority", { version: "1.0.0", anyOf: [] }],
    ["an authority without conditions", { version: "1.0.0", anyOf: [{ authority }] }],
    ["an empty list of conditions", { version: "1.0.0", anyOf: [{ authority, allOf: [] }] }],
    ["an unknown operator", { version: "1.0.0", anyOf: [{ authority, allOf: [{ claim: "a", matches: "b" }] }] }],
  ])("knows no %s", (_, policy) => {
    expect(() => releases(encoded(policy), platformToken)).toThrow();
  });

  it("knows alternatives", () => {
    const policy = encoded({
      version: "1.0.0",
      anyOf: [{ authority, anyOf: [{ claim: "x-ms-attestation-type", equals: "tdxvm" }, { allOf: [condition] }] }],
    });
    expect(releases(policy, platformToken)).toBe(true);
    expect(releases(policy, { ...platformToken, "x-ms-attestation-type": "sgx" })).toBe(false);
  });
});
