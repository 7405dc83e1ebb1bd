import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { resourcePolicy } from "../../../components/attestation/resourcePolicy";
import { admit, sampleEvidence, sampleTime, sampleUeid } from "../../support/evidence";
import { withValue } from "../../support/factory";
import { genuineIntelToken, intelPolicies } from "../../support/intelTokens";
import { genuineToken } from "../../support/evidence";
import { Opa } from "../../support/opa";
import { requestFor } from "../../support/policyCases/resourceCase";
import { sampleRelease, tdxParts } from "../../support/release";

const one = sampleRelease(tdxParts);
const eight = sampleRelease({
  ...tdxParts,
  name: "chat",
  gpu: { model: "B200", count: 8, nvSwitches: 0 },
  initData: { ...one.initData, digest: "d".repeat(64) },
  tcb: { tdx: { ...tdxParts.tcb.tdx, mrSeam: ["9".repeat(96)] } },
  resources: ["acme/model-key/chat"],
});
const key = one.resources[0] ?? "";
const options = sampleEvidence({ intelPolicyIds: [...intelPolicies].map((id) => id.toUpperCase()) });
const policy = new Opa(join(inject("toolchain").binDir, "opa"), {
  "policy.rego": resourcePolicy(admit(one, eight), options),
});
const genuine = genuineIntelToken(one);
const gpu = (...path: string[]) => ["nvgpu", "claim_details", "GPU-0", ...path];

type Case = readonly [title: string, token: unknown, path?: string, request?: object];
const denied: Case[] = [
  ["another release's key", genuine, "acme/model-key/chat"],
  ["a key of nobody's", genuine, "acme/model-key/other"],
  ["another plugin's path", genuine, key, { plugin: "pkcs11" }],
  ["a query", genuine, key, { query: { all: "1" } }],
  ["no token", {}],
  ["Trustee's own token", genuineToken(one, sampleEvidence())],
  ["an earlier version of the token", withValue(genuine, ["ver"], "1.0.0")],
  ["a token from before the release", withValue(genuine, ["iat"], 0)],
  ["a token from after the release", withValue(genuine, ["iat"], 4_000_000_000)],
  ["a time that is text", withValue(genuine, ["iat"], String(sampleTime))],
  ["no policy matched", withValue(genuine, ["policy_ids_matched"], [])],
  ["no word of policies", withValue(genuine, ["policy_ids_matched"], undefined)],
  ["one policy of two matched", genuineIntelToken(one, intelPolicies.slice(0, 1))],
  ["another's policies matched", genuineIntelToken(one, ["00000000-0000-4000-8000-000000000000"])],
  ["a policy unmatched", withValue(genuine, ["policy_ids_unmatched"], [{ id: intelPolicies[1] }])],
  ["no TDX", withValue(genuine, ["tdx"], undefined)],
  ["claims of a flat token", { ...genuine, ...genuine.tdx, tdx: undefined }],
  ["another firmware", withValue(genuine, ["tdx", "tdx_mrtd"], "a".repeat(96))],
  ["another kernel", withValue(genuine, ["tdx", "tdx_rtmr1"], "a".repeat(96))],
  ["another command line", withValue(genuine, ["tdx", "tdx_rtmr2"], "a".repeat(96))],
  ["another init-data", withValue(genuine, ["tdx", "tdx_mrconfigid"], "a".repeat(96))],
  ["no init-data", withValue(genuine, ["tdx", "tdx_mrconfigid"], "0".repeat(96))],
  ["other features", withValue(genuine, ["tdx", "tdx_xfam"], "ffffffffffffffff")],
  ["other attributes", withValue(genuine, ["tdx", "tdx_td_attributes"], "0100001000000000")],
  ["a debuggable guest", withValue(genuine, ["tdx", "tdx_is_debuggable"], true)],
  ["no word of debugging", withValue(genuine, ["tdx", "tdx_is_debuggable"], undefined)],
  ...["OutOfDate", "SWHardeningNeeded", "ConfigurationNeeded", "Revoked", "uptodate", undefined].map((status): Case => [
    `TCB status ${status}`,
    withValue(genuine, ["tdx", "attester_tcb_status"], status),
  ]),
  ["another TDX module where one is named", genuineIntelToken({ ...eight, tcb: tdxParts.tcb }), "acme/model-key/chat"],
  ["no GPU", withValue(genuine, ["nvgpu"], undefined)],
  ["no GPU's claims", withValue(genuine, ["nvgpu", "claim_details"], {})],
  ["one GPU's flat claims", { ...genuine, nvgpu: { ...genuine.nvgpu.claim_details["GPU-0"] } }],
  ["GPUs that NVIDIA does not vouch for", withValue(genuine, ["nvgpu", "x-nvidia-overall-att-result"], false)],
  ["a GPU more", { ...genuine, nvgpu: genuineIntelToken(eight).nvgpu }],
  [
    "a GPU less",
    withValue(genuineIntelToken(eight), ["nvgpu", "claim_details", "GPU-7"], undefined),
    "acme/model-key/chat",
  ],
  [
    "one GPU reported twice",
    withValue(genuineIntelToken(eight), ["nvgpu", "claim_details", "GPU-7", "ueid"], sampleUeid(0)),
    "acme/model-key/chat",
  ],
  ["a GPU without a name of its own", withValue(genuine, gpu("ueid"), "")],
  ["GPU firmware that differs", withValue(genuine, gpu("measres"), "fail")],
  ["a GPU that did not boot securely", withValue(genuine, gpu("secboot"), false)],
  ["a GPU open for debugging", withValue(genuine, gpu("dbgstat"), "enabled")],
  ["another driver", withValue(genuine, gpu("x-nvidia-gpu-driver-version"), "1")],
  ["another VBIOS", withValue(genuine, gpu("x-nvidia-gpu-vbios-version"), "1")],
  ["a report for another nonce", withValue(genuine, gpu("x-nvidia-gpu-attestation-report-nonce-match"), false)],
  [
    "a report that says nothing of its nonce",
    withValue(genuine, gpu("x-nvidia-gpu-attestation-report-nonce-match"), undefined),
  ],
];
const allowed: Case[] = [
  ["its own key", genuine],
  ["the other release's own", genuineIntelToken(eight), "acme/model-key/chat"],
  ["no policy unmatched, said in words", { ...genuine, policy_ids_unmatched: [] }],
  ["one policy more matched", genuineIntelToken(one, [...intelPolicies, "00000000-0000-4000-8000-000000000000"])],
];

const questions = [...denied, ...allowed].map(([, token, path = key, request = {}]) => ({
  input: token,
  data: { ...requestFor(path), ...request },
}));

describe("the policy over Intel Trust Authority's tokens", () => {
  let verdicts: unknown[];
  beforeAll(async () => {
    verdicts = await policy.evaluateAll("data.policy.allow", questions);
  });
  afterAll(() => policy.remove());

  it("is Rego that OPA finds nothing to object to", () => policy.check());

  it.each(denied.map(([title], index) => [title, index] as const))("refuses %s", (_, index) => {
    expect(verdicts[index]).toBe(false);
  });

  it.each(allowed.map(([title], index) => [title, index] as const))("gives %s", (_, index) => {
    expect(verdicts[denied.length + index]).toBe(true);
  });

  it("asks the same one by one", async () => {
    const [first] = questions;
    expect(await policy.evaluate("data.policy.allow", genuine, { ...requestFor(key) })).toBe(true);
    expect(await policy.evaluate("data.policy.allow", first?.input, { ...first?.data })).toBe(false);
  });

  it("takes the listed GPUs alone, where some are", async () => {
    const listed = (ueid: string) =>
      new Opa(join(inject("toolchain").binDir, "opa"), {
        "policy.rego": resourcePolicy(admit(one), { ...options, gpus: [ueid] }),
      });
    for (const [ueid, verdict] of [
      [sampleUeid(0), true],
      [sampleUeid(1), false],
    ] as const) {
      const only = listed(ueid);
      expect(await only.evaluate("data.policy.allow", genuine, { ...requestFor(key) })).toBe(verdict);
      only.remove();
    }
  });
});
