import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Release } from "../../../components/workload/release";
import { Decisions } from "../../support/attestationService";
import type { TrustClaims } from "../../support/ear";
import { statusOf } from "../../support/ear";
import type { Claims } from "../../support/evidence";
import { genuineClaims, sampleEvidence } from "../../support/evidence";
import { withValue } from "../../support/factory";
import { sampleRelease } from "../../support/release";
import { absence, upstream } from "../../support/upstream";

const accepted = sampleEvidence();
const snp = sampleRelease({ gpu: { model: "H100", count: 8, nvSwitches: 4 } });
const tdx = sampleRelease({
  name: "frontier",
  tee: "tdx",
  launchMeasurement: "1".repeat(96),
  rtmrs: { rtmr1: "2".repeat(96), rtmr2: "3".repeat(96) },
  resources: ["acme/model-key/frontier"],
});

let decisions: Decisions;
beforeAll(() => {
  decisions = new Decisions(inject("toolchain").binDir, [snp, tdx], accepted);
});
afterAll(() => decisions.remove());

const part = (release: Release, deviceClass: Claims["deviceClass"]): Claims =>
  genuineClaims(release, accepted).find((claims) => claims.deviceClass === deviceClass) as Claims;

describe("genuine evidence affirms", () => {
  it.each([
    ["SEV-SNP", part(snp, "cpu"), { hardware: 2, executables: 3, configuration: 2 }],
    ["TDX", part(tdx, "cpu"), { hardware: 2, executables: 3, configuration: 2 }],
    ["GPU", part(snp, "gpu"), { hardware: 2, executables: 3, configuration: 2 }],
    ["NVSwitch", part(snp, "switch"), { hardware: 2, executables: 3, configuration: 2 }],
    ["protected PCIe", part(snp, "ppcie"), { hardware: 0, executables: 0, configuration: 2 }],
  ])("%s", async (_, claims, expected) => {
    const trust = await decisions.trustClaims(claims);
    expect(trust).toEqual({
      "file-system": 0,
      "instance-identity": 0,
      "runtime-opaque": 0,
      "sourced-data": 0,
      "storage-opaque": 0,
      ...expected,
    });
    expect(statusOf(trust)).toBe("affirming");
  });
});

/** Each breakage costs the one verdict that it is about, and the guest its affirmation. */
type Breakage = [what: string, path: (string | number)[], value: unknown, verdict: keyof TrustClaims];

const body = (field: string) => ["claims", "tdx", "quote", "body", field];
const breakages: [string, Claims, Breakage[]][] = [
  [
    "SEV-SNP",
    part(snp, "cpu"),
    [
      ["another launch digest", ["claims", "snp", "measurement"], "9".repeat(96), "executables"],
      ["no launch digest", ["claims", "snp", "measurement"], undefined, "executables"],
      ["a bootloader not listed", ["claims", "snp", "reported_tcb_bootloader"], 11, "hardware"],
      ["microcode not listed", ["claims", "snp", "reported_tcb_microcode"], 83, "hardware"],
      ["SNP firmware not listed", ["claims", "snp", "reported_tcb_snp"], 24, "hardware"],
      ["a TEE version not listed", ["claims", "snp", "reported_tcb_tee"], 1, "hardware"],
      ["debug", ["claims", "snp", "policy_debug_allowed"], true, "configuration"],
      ["migration", ["claims", "snp", "policy_migrate_ma"], true, "configuration"],
    ],
  ],
  [
    "TDX",
    part(tdx, "cpu"),
    [
      ["another kernel", body("rtmr_1"), "9".repeat(96), "executables"],
      ["another command line", body("rtmr_2"), "9".repeat(96), "executables"],
      ["other firmware", body("mr_td"), "9".repeat(96), "hardware"],
      ["outdated firmware", ["claims", "tdx", "tcb_status"], "OutOfDate", "hardware"],
      ["expired collateral", ["claims", "tdx", "collateral_expiration_status"], "1", "hardware"],
      ["an SGX quote", ["claims", "tdx", "quote", "header", "tee_type"], "00000000", "hardware"],
      ["a foreign quoting enclave", ["claims", "tdx", "quote", "header", "vendor_id"], "0".repeat(32), "hardware"],
      ["debug", ["claims", "tdx", "td_attributes", "debug"], true, "configuration"],
      ["other features", body("xfam"), "0000000000000000", "configuration"],
    ],
  ],
  ["GPU", part(snp, "gpu"), deviceBreakages("gpu", ["driver-rim", "vbios-rim"])],
  ["NVSwitch", part(snp, "switch"), deviceBreakages("switch", ["bios-rim"])],
  [
    "protected PCIe",
    part(snp, "ppcie"),
    [
      ["seven GPUs", ["claims", "nvidia", "gpu_count"], 7, "configuration"],
      ["no switches", ["claims", "nvidia", "switch_count"], 0, "configuration"],
    ],
  ],
];

function deviceBreakages(device: "gpu" | "switch", rims: readonly string[]): Breakage[] {
  const claim = (name: string, ...more: string[]) => ["claims", "nvidia", name, ...more];
  const report = `x-nvidia-${device}-attestation-report`;
  return [
    ["a revoked device certificate", claim(`${report}-cert-chain`, "x-nvidia-cert-ocsp-status"), "revoked", "hardware"],
    ["an expired device certificate", claim(`${report}-cert-chain`, "x-nvidia-cert-status"), "expired", "hardware"],
    ["another device's firmware id", claim(`${report}-cert-chain-fwid-match`), false, "hardware"],
    ["a report that does not parse", claim(`${report}-parsed`), false, "hardware"],
    ["a report that is not signed", claim(`${report}-signature-verified`), false, "hardware"],
    ["another nonce", claim(`${report}-nonce-match`), false, "hardware"],
    ["another architecture", claim(`x-nvidia-${device}-arch-check`), false, "hardware"],
    ...rims.flatMap((rim): Breakage[] => {
      const name = `x-nvidia-${device}-${rim}`;
      return [
        [
          `${rim}: a revoked signer`,
          claim(`${name}-cert-chain`, "x-nvidia-cert-ocsp-status"),
          "revoked",
          "executables",
        ],
        [`${rim}: an invalid signer`, claim(`${name}-cert-chain`, "x-nvidia-cert-status"), "invalid", "executables"],
        [`${rim}: not fetched`, claim(`${name}-fetched`), false, "executables"],
        [`${rim}: without measurements`, claim(`${name}-measurements-available`), false, "executables"],
        [`${rim}: of another schema`, claim(`${name}-schema-validated`), false, "executables"],
        [`${rim}: not signed`, claim(`${name}-signature-verified`), false, "executables"],
        [`${rim}: of another version`, claim(`${name}-version-match`), false, "executables"],
      ];
    }),
    ["measurements that do not match", claim("measres"), "fail", "executables"],
    ["no secure boot", claim("secboot"), false, "configuration"],
    ["development mode", claim("dbgstat"), "enabled", "configuration"],
    ...(device === "gpu"
      ? ([
          ["a driver not listed", claim("x-nvidia-gpu-driver-version"), "550.54.15", "configuration"],
          ["a VBIOS not listed", claim("x-nvidia-gpu-vbios-version"), "96.00.5E.00.01", "configuration"],
        ] satisfies Breakage[])
      : ([
          ["a BIOS not listed", claim("x-nvidia-switch-bios-version"), "96.10.00", "configuration"],
        ] satisfies Breakage[])),
  ];
}

const unrecognised: TrustClaims = { executables: 33, hardware: 97, configuration: 36 };

describe.each(breakages)("%s", (device, genuine, cases) => {
  const defaults: TrustClaims =
    device === "protected PCIe" ? { ...unrecognised, executables: 0, hardware: 0 } : unrecognised;
  it.each(cases)("with %s is no longer affirmed", async (_, path, value, verdict) => {
    const before = await decisions.trustClaims(genuine);
    const after = await decisions.trustClaims(withValue(genuine, path, value));
    expect(after).toEqual({ ...before, [verdict]: defaults[verdict] });
    expect(["warning", "contraindicated"]).toContain(statusOf(after));
  });

  it("without claims is recognised in nothing", async () => {
    const trust = await decisions.trustClaims({ ...genuine, claims: {} });
    expect(trust).toMatchObject(defaults);
  });
});

it.each([
  ["SEV-SNP", part(snp, "cpu")],
  ["TDX", part(tdx, "cpu")],
  ["GPU", part(snp, "gpu")],
  ["NVSwitch", part(snp, "switch")],
])("%s is not affirmed by an attestation service without reference values", async (_, genuine) => {
  expect(statusOf(await decisions.trustClaims(genuine, {}))).not.toBe("affirming");
});

describe("a GPU judged by the local verifier", () => {
  const local = sampleEvidence({ nvidiaVerifier: "local" });
  const release = sampleRelease();
  const genuine = genuineClaims(release, local).find(({ deviceClass }) => deviceClass === "gpu") as Claims;
  let own: Decisions;
  beforeAll(() => {
    own = new Decisions(inject("toolchain").binDir, [release], local);
  });
  afterAll(() => own.remove());

  it("affirms without a word on its executables", async () => {
    expect(await own.trustClaims(genuine)).toMatchObject({ hardware: 2, executables: 0, configuration: 2 });
  });

  it.each([
    ["of another architecture", ["claims", "nvidia", "arch"], "Blackwell", { hardware: 97 }],
    ["with a driver not listed", ["claims", "nvidia", "config", "driver_version"], "1", { configuration: 36 }],
    ["with a VBIOS not listed", ["claims", "nvidia", "config", "vbios_version"], "1", { configuration: 36 }],
  ])("%s is not affirmed", async (_, path, value, verdict) => {
    expect(await own.trustClaims(withValue(genuine, path, value))).toMatchObject(verdict);
  });
});

it("affirms no sample evidence, whose verifier Trustee always brings along", async () => {
  const sample = { svn: "1", launch_digest: "abcde", debug: false, platform_version: { major: 1, minor: 4 } };
  const trust = await decisions.trustClaims({
    deviceClass: "cpu",
    claims: { sample, init_data: "0", report_data: "0", reference: { svn: ["1"] } },
  });
  expect(statusOf(trust)).toBe("contraindicated");
  const device = await decisions.trustClaims({ deviceClass: "gpu", claims: { sampledevice: { svn: "1" } } });
  expect(statusOf(device)).toBe("contraindicated");
});

const published = "evidence/parse_tdx_claims_expected.json";
it.skipIf(!upstream(published))(`reads TDX claims where Trustee puts them${absence(published)}`, async () => {
  const evidence = JSON.parse(readFileSync(upstream(published) as string, "utf8")) as Record<string, unknown>;
  const quote = evidence.quote as { body: Record<string, string>; header: Record<string, string> };
  const { init_data, report_data, ...claims } = evidence;
  const release = sampleRelease({
    tee: "tdx",
    launchMeasurement: quote.body.mr_td,
    rtmrs: { rtmr1: quote.body.rtmr_1 ?? "", rtmr2: quote.body.rtmr_2 ?? "" },
  });
  // What the published claims lack is the verifier's own word on the collateral.
  const genuine: Claims = {
    deviceClass: "cpu",
    claims: { init_data, report_data, tdx: { ...claims, tcb_status: "UpToDate", collateral_expiration_status: "0" } },
  };
  const own = new Decisions(inject("toolchain").binDir, [release], accepted);
  // The published guest was a debug one: recognised, and yet not affirmed.
  expect(await own.trustClaims(genuine)).toMatchObject({ hardware: 2, executables: 3, configuration: 36 });
  const production = withValue(genuine, ["claims", "tdx", "td_attributes", "debug"], false);
  expect(statusOf(await own.trustClaims(production))).toBe("affirming");
  own.remove();
});
