import { describe, expect, it } from "vitest";
import { parseAs } from "../../../stacks/config/load";
import { deriveStacks } from "../../../stacks/rehearsal";
import { sampleFactory, withValue } from "../../support/factory";
import { bothSign } from "../../support/signing";
import { nodeSection } from "../../support/nodes";

const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/** The model owner's sections of the sample, with a kind of node beside its models. */
function beside(): Record<string, unknown> {
  const material = { keyBrokerCa: certificate, releases: "none", signers: bothSign };
  return structuredClone({ ...deriveStacks(sampleFactory(), material).trust, nodes: [nodeSection()] });
}

/** Nodes and nothing else. */
function alone(): Record<string, unknown> {
  const firmware = withValue(beside(), ["attestation", "gpuFirmware"], undefined);
  return { ...withValue(withValue(firmware, ["models"], undefined), ["signers"], undefined) };
}

describe("nodes of the trust stack", () => {
  it("stand beside models, or alone and then without signers and firmware of models", () => {
    expect(parseAs("trust", beside())).toMatchObject({ nodes: [{ name: "aks-ncc" }] });
    const config = parseAs("trust", alone());
    expect(config).toMatchObject({ models: [], nodes: [{ gpu: { count: 1 } }] });
    expect(parseAs("trust", { ...alone(), models: [] }).models).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ["neither models nor nodes", { ...alone(), nodes: [] }, /trustfoundry:models: are none, and nodes neither/],
    [
      "the unit of stacks that have such nodes",
      { ...alone(), isolationUnit: "node" },
      /isolationUnit: "node" is for stacks whose own cluster has confidential nodes/,
    ],
    ["models without signers", withValue(beside(), ["signers"], undefined), /trustfoundry:signers: is missing/],
    [
      "models without GPU firmware",
      withValue(beside(), ["attestation", "gpuFirmware"], undefined),
      /attestation\.gpuFirmware: is missing/,
    ],
    [
      "a model's key",
      withValue(beside(), ["nodes", 0, "keys", 0], "acme/model-key/llama-8b"),
      /nodes\[0\]\.keys\[0\]: "acme\/model-key\/llama-8b" belongs to model llama-8b/,
    ],
    ["two GPUs", withValue(alone(), ["nodes", 0, "gpu", "count"], 2), /nodes\[0\]\.gpu\.count: 2/],
    [
      "no end",
      withValue(alone(), ["nodes", 0, "notAfter"], undefined),
      /nodes\[0\]\.notAfter: missing; add until when/,
    ],
    [
      "a day for an end",
      withValue(alone(), ["nodes", 0, "notAfter"], "2027-02-24"),
      /^One thing .*\n.*nodes\[0\]\.notAfter: "2027-02-24" is not right; write a point in time/,
    ],
    ...["04", "08", "09", "11", "12"].map((register): [string, Record<string, unknown>, RegExp] => [
      `no register ${register}`,
      withValue(alone(), ["nodes", 0, "evidence", "pcrs", register], undefined),
      new RegExp(`evidence\\.pcrs\\.${register}: missing; add accepted values of this register`),
    ]),
    [
      "a register that anybody can reset",
      withValue(alone(), ["nodes", 0, "evidence", "pcrs", "23"], ["a".repeat(64)]),
      /pcrs\.23: no such setting/,
    ],
    [
      "a measurement in base64",
      withValue(alone(), ["nodes", 0, "evidence", "measurements"], ["A".repeat(64)]),
      /measurements\[0\]: .* 48 bytes as lower-case hex/,
    ],
    [
      "evidence of another kind",
      withValue(alone(), ["nodes", 0, "evidence", "kind"], "nitro"),
      /nodes\[0\]\.evidence.*azureSnpVtpm/,
    ],
  ])("are refused with %s", (_, sections, message) => {
    expect(() => parseAs("trust", sections)).toThrow(message);
  });
});
