import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { PolicyClass } from "../../../components/attestation/attestationPolicies";
import { attestationPolicies } from "../../../components/attestation/attestationPolicies";
import { kindsOf } from "../../../components/attestation/nodeAdmission";
import { Decisions } from "../../support/attestationService";
import { referenceValueQuery } from "../../../tooling/attestation/attestationService";
import { statusOf } from "../../../components/verdict/token/trustTiers";
import type { Claims } from "../../support/evidence";
import { admit, sampleEvidence } from "../../support/evidence";
import { withValue } from "../../support/factory";
import { Opa } from "../../support/opa";
import { appraisalCases } from "../../support/policyCases/appraisalCases";
import { settings } from "../../support/policyCases/guests";
import { sampleRelease, tdxParts } from "../../support/release";
import { absence, upstream } from "../../support/upstream";

const { binDir } = inject("toolchain");

const policies = (["remote", "local", "clouds"] as const).flatMap((setting) =>
  Object.entries(attestationPolicies(settings[setting].options.verifier, kindsOf(settings[setting].nodes))).map(
    ([id, rego]) => [setting, id as PolicyClass, rego] as const,
  ),
);

describe.each(policies)("%s: %s", (setting, id, rego) => {
  const cases = appraisalCases.filter((each) => each.setting === setting && each.policy === id);
  const policy = new Opa(join(binDir, "opa"), { "policy.rego": rego, "extension.rego": referenceValueQuery });
  let verdicts: unknown[] = [];
  beforeAll(async () => {
    if (cases.length > 0)
      verdicts = await policy.evaluateAll(
        "data.policy.trust_claims",
        cases.map(({ claims, values }) => ({ input: claims, data: { reference_values: values } })),
      );
  });
  afterAll(() => policy.remove());

  it("is Rego that OPA finds nothing to object to", () => policy.check());

  it.each(cases.map(({ title, trust }, index) => [title, trust, index] as const))("%s", (_, trust, index) => {
    expect(verdicts[index]).toEqual(trust);
  });
});

it("everything but genuine evidence, or evidence better than asked for, is not affirmed", () => {
  const affirmed = appraisalCases.filter(({ trust }) => statusOf(trust) === "affirming").map(({ title }) => title);
  for (const title of affirmed) expect(title).toMatch(/genuine evidence|newer firmware|protected PCIe/);
  expect(affirmed.length).toBeLessThan(appraisalCases.length / 4);
});

const published = "evidence/parse_tdx_claims_expected.json";
it.skipIf(!upstream(published))(`reads TDX claims where Trustee puts them${absence(published)}`, async () => {
  const evidence = JSON.parse(readFileSync(upstream(published) as string, "utf8")) as Record<string, unknown>;
  const quote = evidence.quote as { body: Record<string, string>; header: Record<string, string> };
  const { init_data, report_data, ...claims } = evidence;
  const text = (name: string) => quote.body[name] ?? "";
  // The published guest has no command line of its own: RTMR2 is zeros, and is replaced by one that is not.
  const body = { ...quote.body, rtmr_2: "3".repeat(96) };
  const release = sampleRelease({
    ...tdxParts,
    launch: { tdx: { mrTd: text("mr_td"), rtmr1: text("rtmr_1"), rtmr2: body.rtmr_2 } },
  });
  // What the published claims lack is the verifier's own word on the collateral.
  const tdx = { ...claims, quote: { ...quote, body }, tcb_status: "UpToDate", collateral_expiration_status: "0" };
  const genuine: Claims = { deviceClass: "cpu", claims: { init_data, report_data, tdx } };
  const own = new Decisions(binDir, admit(release), sampleEvidence());
  // The published guest was a debug one: recognised, and yet not affirmed.
  expect(await own.trustClaims(genuine)).toMatchObject({ hardware: 2, executables: 3, configuration: 36 });
  const halfway = withValue(genuine, ["claims", "tdx", "td_attributes", "debug"], false);
  expect(await own.trustClaims(halfway)).toMatchObject({ configuration: 36 });
  const raw = ["claims", "tdx", "quote", "body", "td_attributes"];
  const production = withValue(halfway, raw, release.tcb.tdx?.attributes[0]);
  expect(statusOf(await own.trustClaims(production))).toBe("affirming");
  own.remove();
});
