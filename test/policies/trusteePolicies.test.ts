import { describe, expect, it } from "vitest";
import { resourcePolicy } from "../../components/attestation/resourcePolicy";
import { operatorReferenceValues } from "../../components/attestation/referenceValues";
import type { Resource, Rule } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { debugGuestsRefused } from "../../policies/rules/attestation/debugGuestsRefused";
import { gpusCounted } from "../../policies/rules/attestation/gpusCounted";
import { initDataPinned } from "../../policies/rules/attestation/initDataPinned";
import { measurementPinned } from "../../policies/rules/attestation/measurementPinned";
import { measurementsAgree } from "../../policies/rules/attestation/measurementsAgree";
import { resourcePathsNamed } from "../../policies/rules/attestation/resourcePathsNamed";
import { sampleEvidenceRefused } from "../../policies/rules/attestation/sampleEvidenceRefused";
import { tcbFloorSet } from "../../policies/rules/attestation/tcbFloorSet";
import { tdxKernelPinned } from "../../policies/rules/attestation/tdxKernelPinned";
import { admit, sampleEvidence } from "../support/evidence";
import { intelPolicies } from "../support/intelTokens";
import { sampleRelease, tdxParts } from "../support/release";
import { asTheSdkShowsThem } from "./support";

const configMap = (data: Readonly<Record<string, string>>, name = "policy"): Resource => ({
  type: "kubernetes:core/v1:ConfigMap",
  name,
  props: { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data },
});
const refusedBy = (rules: readonly Rule[], ...resources: Resource[]) =>
  rules.filter((rule) => rule.evaluate(asTheSdkShowsThem(resources)).findings.length > 0).map(({ id }) => id);

const resourceRules = [resourcePathsNamed, initDataPinned, gpusCounted, measurementPinned, sampleEvidenceRefused];
const released = (...conditions: string[]) =>
  configMap({
    "resource-policy.rego": `package policy\ndefault allow := false\nallow if {\n${conditions.join("\n")}\n}\n`,
  });

const evidence = 'input.submods.cpu0["ear.veraison.annotated-evidence"]';
const whole = {
  path: 'data["resource-path"] == ["acme", "key", "llama"]',
  initData: `${evidence}.init_data == "9f86"`,
  gpus: 'count([n | some n, _ in input.submods; startswith(n, "gpu")]) == 1',
  measurement: `${evidence}.snp.measurement == "9d13"`,
};

describe("the resource policy over Intel's tokens", () => {
  const policy = resourcePolicy(admit(sampleRelease(tdxParts)), sampleEvidence({ intelPolicyIds: [...intelPolicies] }));
  const attestation = rules.filter(({ pillar }) => pillar === "attestation");
  const about = (text: string) => refusedBy(attestation, configMap({ "resource-policy.rego": text }));

  it("passes every rule as it is made here", () => {
    expect(about(policy)).toEqual([]);
  });

  it.each([
    ["init-data-pinned", "\ttdx.tdx_mrconfigid == release.init_data\n"],
    ["intel-token-judged", "\t\tid in policy_ids_matched\n"],
    ["tdx-kernel-pinned", "\ttdx.tdx_rtmr2 == release.cpu.rtmr_2\n"],
    ["resource-paths-named", '\tdata["resource-path"] in release.paths\n'],
  ])("is refused by %s without its condition", (rule, condition) => {
    expect(policy).toContain(condition);
    expect(about(policy.replace(condition, ""))).toContain(rule);
  });
});

describe("resource policies that are about", () => {
  it("everything that a release is known by, pass", () => {
    expect(refusedBy(resourceRules, released(...Object.values(whole)))).toEqual([]);
  });

  it.each([
    // kbs/sample_policies/default.rego and affirming.rego of Trustee v0.21.0.
    ["Trustee's default", `data.plugin == "resource"\nnot ${evidence}["sample"]`],
    [
      "Trustee's affirming.rego",
      'count(input.submods) > 0\nevery _, s in input.submods { s["ear.status"] == "affirming" }',
    ],
  ])("nothing of a release, are refused: %s", (_, conditions) => {
    expect(refusedBy(resourceRules, released(conditions))).toEqual([
      "resource-paths-named",
      "init-data-pinned",
      "gpus-counted",
      "measurement-pinned",
    ]);
  });

  it("nothing, since they allow nothing, pass", () => {
    expect(refusedBy(resourceRules, configMap({ "p.rego": "package policy\ndefault deny := true\n" }))).toEqual([]);
  });

  it.each([
    ["a path among several", "path", 'data["resource-path"] in release.paths'],
    ["a path, the other way round", "path", '["acme", "key", "llama"] == data["resource-path"]'],
    ["a path by a name of its own", "path", 'wanted := data["resource-path"]\nwanted in release.paths'],
    ["init-data among several", "initData", `${evidence}.init_data in {"9f86", "4f53"}`],
    ["init-data, the other way round", "initData", `release.init_data == ${evidence}["init_data"]`],
    ["the set of all parts", "gpus", '{n | some n, _ in input.submods} == {"cpu0", "gpu0"}'],
    ["a count, the other way round", "gpus", '8 == count([n | input.submods[n]; startswith(n, "gpu")])'],
    ["a TD's registers", "measurement", `${evidence}.tdx.quote.body.rtmr_1 in release.kernels`],
    [
      "a cloud's paravisor and PCR",
      "measurement",
      `${evidence}["az-snp-vtpm"].measurement in release.paravisors\n${evidence}["az-snp-vtpm"].tpm.pcr11 == release.pcr11`,
    ],
  ])("as sound when they say %s", (_, key, condition) => {
    expect(refusedBy(resourceRules, released(...Object.values({ ...whole, [key]: condition })))).toEqual([]);
  });

  it.each([
    ["path", "resource-paths-named", 'startswith(data["resource-path"][0], "acme")'],
    ["initData", "init-data-pinned", `${evidence}.init_data_claims.algorithm == "sha256"`],
    ["path", "resource-paths-named", 'count(data["resource-path"]) == 3'],
    ["gpus", "gpus-counted", "count(input.submods) > 1"],
    ["measurement", "measurement-pinned", `is_string(${evidence}.snp.measurement)`],
    ["measurement", "measurement-pinned", `${evidence}["az-snp-vtpm"].measurement in release.paravisors`],
  ])("as good as nothing when they say less of their %s", (key, rule, condition) => {
    expect(refusedBy(resourceRules, released(...Object.values({ ...whole, [key]: condition })))).toEqual([rule]);
    const inComment = Object.entries(whole).map(([part, text]) => (part === key ? `true # ${text}` : text));
    expect(refusedBy(resourceRules, released(...inComment))).toEqual([rule]);
  });
});

describe("attestation policies", () => {
  const rules = [sampleEvidenceRefused, tcbFloorSet, debugGuestsRefused, tdxKernelPinned];
  const appraising = (...lines: string[]) =>
    configMap({
      "default_cpu.rego": `package policy\ntrust_claims := {"executables": x}\nx := 3 if {\n${lines.join("\n")}\n}\n`,
    });
  const snp = [
    "input.snp.policy_debug_allowed == false",
    "not input.snp.policy_migrate_ma",
    ...["bootloader", "microcode", "snp", "tee"].map(
      (part) => `at_least(input.snp.reported_tcb_${part}, floor.${part})`,
    ),
  ];
  const tdx = ["mr_td", "rtmr_1", "rtmr_2"].map(
    (part) => `input.tdx.quote.body.${part} in query_reference_value("${part}")`,
  );

  it("that ask for firmware and closed doors pass", () => {
    expect(refusedBy(rules, appraising(...snp))).toEqual([]);
    const state = ["not input.tdx.td_attributes.debug", 'input.tdx.tcb_status == "UpToDate"'];
    expect(refusedBy(rules, appraising(...tdx, ...state))).toEqual([]);
    // Trustee's own verifier of GPUs says nothing of debugging.
    expect(refusedBy(rules, appraising('input.nvidia.arch == "Hopper"'))).toEqual([]);
  });

  it.each([
    [
      "Trustee's sample",
      ['input.sample.launch_digest in query_reference_value("launch_digest")'],
      "sample-evidence-refused",
    ],
    ["a sample of a device", ['input["sampledevice"].svn == "1"'], "sample-evidence-refused"],
    ["SNP of any TEE firmware", snp.filter((line) => !line.includes("tcb_tee")), "tcb-floor-set"],
    ["SNP guests that may be debugged", snp.filter((line) => !line.includes("debug")), "debug-guests-refused"],
    [
      "SNP guests that have to be debugged",
      [...snp.slice(1), "input.snp.policy_debug_allowed == true"],
      "debug-guests-refused",
    ],
    ["GPUs of any debug state", ['input.nvidia.measres == "success"'], "debug-guests-refused"],
  ])("are refused for %s", (_, lines, rule) => {
    expect(refusedBy(rules, appraising(...lines))).toEqual([rule]);
  });

  it("are refused for a TD that is known by its firmware alone", () => {
    const lines = [...tdx.slice(0, 1), "input.tdx.td_attributes.debug == false", 'input.tdx.tcb_status == "UpToDate"'];
    expect(refusedBy(rules, appraising(...lines))).toEqual(["tdx-kernel-pinned"]);
  });
});

describe("reference values in the operator's table", () => {
  const expiration = "2028-01-01T00:00:00Z";
  const measured = "ab".repeat(48);
  const table = (values: Parameters<typeof operatorReferenceValues>[0]) =>
    configMap({ ...operatorReferenceValues(values, expiration) }, "values");
  const policy = released(`${evidence}.snp.measurement == "${measured}"`);

  it("are read as those in files of their own", () => {
    expect(refusedBy([tcbFloorSet], table({ snp_bootloader: [4, 0] }))).toEqual(["tcb-floor-set"]);
    expect(refusedBy([tcbFloorSet], table({ snp_bootloader: [4], snp_tee_svn: [0] }))).toEqual([]);
  });

  it("agree with the policy, or are refused", () => {
    expect(refusedBy([measurementsAgree], policy, table({ snp_launch_measurement: [measured] }))).toEqual([]);
    const left = table({ snp_launch_measurement: [measured, "cd".repeat(48)] });
    expect(refusedBy([measurementsAgree], policy, left)).toEqual(["measurements-agree"]);
    expect(refusedBy([measurementsAgree], policy, table({ snp_launch_measurement: ["cd".repeat(48)] }))).toEqual([
      "measurements-agree",
    ]);
  });

  it("need not agree where one of the two is elsewhere", () => {
    expect(refusedBy([measurementsAgree], policy, table({ mr_td: ["cd".repeat(48)] }))).toEqual([]);
    expect(refusedBy([measurementsAgree], released(whole.path), table({ snp_launch_measurement: [measured] }))).toEqual(
      [],
    );
  });
});
