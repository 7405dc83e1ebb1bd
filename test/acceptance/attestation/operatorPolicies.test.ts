import { join } from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import { operatorContents } from "../../../components/openshift/trusteePlan";
import { referenceValueQuery } from "../../../tooling/attestation/attestationService";
import type { TrustClaims } from "../../../components/verdict/token/trustTiers";
import { tokenOf } from "../../support/ear";
import type { Claims } from "../../support/evidence";
import { admit, genuineClaims, sampleEvidence, sampleTime } from "../../support/evidence";
import { Opa } from "../../support/opa";
import { sampleRelease, tdxParts } from "../../support/release";

// What the Trustee operator mounts, by OPA: its ConfigMaps' own texts, and reference values as its file has them.

const opa = join(inject("toolchain").binDir, "opa");
const path = "default/model-keys/llama-8b";
const snp = sampleRelease({ resources: [path] });
const tdx = sampleRelease({ ...tdxParts, name: "giant-1t", resources: ["default/model-keys/giant-1t"] });
const options = sampleEvidence();
const maps = operatorContents("", {
  releases: admit(snp, tdx),
  nodes: [],
  accepted: options,
  referenceValueExpiry: "2028-01-01T00:00:00Z",
});

const extension = { "extension.rego": referenceValueQuery };
const appraisers = {
  cpu: new Opa(opa, { ...maps.cpuPolicy, ...extension }),
  gpu: new Opa(opa, { ...maps.gpuPolicy, ...extension }),
};
const broker = new Opa(opa, { ...maps.resourcePolicy });
afterAll(() => [appraisers.cpu, appraisers.gpu, broker].forEach((engine) => engine.remove()));

/** As Trustee's LocalJson reads the one file: a table of records, each as URL-safe base64. */
function valuesOf(file: string): Record<string, unknown> {
  const table = JSON.parse(file) as Record<string, string>;
  const value = (record: string) =>
    (JSON.parse(Buffer.from(record, "base64url").toString()) as { value: unknown }).value;
  return Object.fromEntries(Object.entries(table).map(([name, record]) => [name, value(record)]));
}
const values = valuesOf(maps.referenceValues.reference_value ?? "");

async function token(evidence: readonly Claims[], known: Record<string, unknown> = values) {
  const parts = [];
  for (const { deviceClass, claims } of evidence) {
    if (deviceClass !== "cpu" && deviceClass !== "gpu") throw new Error(`no policy of ${deviceClass} is mounted`);
    const data = { reference_values: known };
    const trust = (await appraisers[deviceClass].evaluate("data.policy.trust_claims", claims, data)) as TrustClaims;
    parts.push({ deviceClass, claims, trust });
  }
  return tokenOf(parts, sampleTime);
}

const allowed = async (input: unknown, wanted = path) =>
  broker.evaluate("data.policy.allow", input, { plugin: "resource", "resource-path": wanted.split("/"), query: {} });

describe("a key broker of the Trustee operator", () => {
  it.each([snp, tdx])("gives its own key to a genuine guest of $name", async (release) => {
    expect(await allowed(await token(genuineClaims(release, options)), release.resources[0])).toBe(true);
  });

  it("gives no guest the key of another release", async () => {
    expect(await allowed(await token(genuineClaims(tdx, options)), path)).toBe(false);
    expect(await allowed(await token(genuineClaims(snp, options)), tdx.resources[0])).toBe(false);
  });

  it("serves no other Secret that lies there, the operator's sample among them", async () => {
    const genuine = await token(genuineClaims(snp, options));
    for (const other of ["default/model-keys/other", "default/attestation-status/status", "default/tls-key/privateKey"])
      expect(await allowed(genuine, other)).toBe(false);
  });

  it("gives nothing to a guest of another measurement, nor where the operator's empty table is", async () => {
    const other = sampleRelease({ resources: [path], launch: { snp: { measurement: "e".repeat(96) } } });
    expect(await allowed(await token(genuineClaims(other, options)))).toBe(false);
    expect(await allowed(await token(genuineClaims(snp, options), {}))).toBe(false);
  });

  it("gives nothing to a guest without its GPU", async () => {
    expect(await allowed(await token(genuineClaims(snp, options).slice(0, 1)))).toBe(false);
  });
});
