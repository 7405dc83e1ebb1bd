import { beforeAll, describe, expect, it } from "vitest";
import type { Release } from "../../../components/workload/release";
import { canonicalJson } from "../../../components/names";
import { boundDigest } from "../../../components/guest/initData";
import { collectEvidence } from "../../../tooling/attestation/collect";
import type { GuestSpec, SnpSpec } from "../../../tooling/attestation/guest";
import { genuineGuest } from "../../../tooling/attestation/guest";
import { TestMachine } from "../../../tooling/attestation/hardware";
import type { AttestRequest, RuntimeData } from "../../../components/verdict/evidence/attestRequest";
import { Refusal } from "../../../tooling/attestation/refusal";
import { TestVendors } from "../../../tooling/attestation/vendors";
import type { VerifyArgs } from "../../../tooling/attestation/verification";
import { verifyEvidence } from "../../../tooling/attestation/verification";
import { genuineClaims } from "../../support/evidence";
import { boardRelease, playTime, snpRelease, tdxRelease } from "./support";

const runtime: RuntimeData = { nonce: "bm9uY2U=", "tee-pubkey": { kty: "EC", crv: "P-256", x: "AA", y: "AA" } };

let vendors: TestVendors;
let machine: TestMachine;
beforeAll(async () => {
  vendors = await TestVendors.create();
  machine = new TestMachine(vendors, "host");
});

const collect = (guest: GuestSpec) => collectEvidence(guest, machine, runtime, vendors.roots);

function verify(request: AttestRequest, changes: Partial<VerifyArgs> = {}) {
  const tee = "quote" in request["tee-evidence"].primary_evidence ? "tdx" : "snp";
  return verifyEvidence({ tee, nonce: runtime.nonce, request, vendors, verifier: "remote", now: playTime, ...changes });
}

/** Why evidence is refused. */
async function refusal(request: AttestRequest, changes: Partial<VerifyArgs> = {}): Promise<string> {
  const error = await verify(request, changes).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Refusal);
  expect((error as Refusal).step).toBe("verification");
  return (error as Refusal).message;
}

const snpGuest = (change: Partial<SnpSpec>): GuestSpec => {
  const guest = genuineGuest(snpRelease);
  return { ...guest, cpu: { ...(guest.cpu as SnpSpec), ...change } };
};

describe.each<[string, Release, "remote" | "local"]>([
  ["an SNP guest", snpRelease, "remote"],
  ["a TDX guest with eight GPUs", tdxRelease, "remote"],
  ["an SNP guest with eight GPUs and four switches", boardRelease, "remote"],
  ["an SNP guest, for the local verifier,", snpRelease, "local"],
])("%s", (_, release, verifier) => {
  it("gives every claim that the cases of the policies are made of", async () => {
    const parts = await verify(await collect(genuineGuest(release)), { verifier });
    const expected = genuineClaims(release, { verifier });
    expect(parts.map(({ deviceClass }) => deviceClass)).toEqual(expected.map(({ deviceClass }) => deviceClass));
    expected.forEach(({ claims }, index) => {
      const [made, wanted] = [claimPaths(parts[index]?.claims), claimPaths(claims)];
      expect(wanted.filter((path) => !made.includes(path))).toEqual([]);
    });
    const cpu = parts[0]?.claims as Record<string, Record<string, unknown>>;
    expect(cpu.init_data).toBe(boundDigest(release.tee, release.initData.digest));
    expect(canonicalJson(cpu.init_data_claims)).toContain(`"name":"${release.name}"`);
  });

  it("gives each device an identity of its own", async () => {
    const parts = await verify(await collect(genuineGuest(release)), { verifier });
    const devices = parts.filter(({ deviceClass }) => deviceClass === "gpu" || deviceClass === "switch");
    const identities = devices.map(({ claims }) => {
      const { ueid, uuid } = claims.nvidia as { ueid?: string; uuid?: string };
      return ueid ?? uuid;
    });
    expect(new Set(identities).size).toBe(release.gpu.count + release.gpu.nvSwitches);
  });
});

/** Names of all claims, without identities and values; keys that only tests make up are left out. */
function claimPaths(value: unknown, prefix = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [prefix];
  return Object.entries(value).flatMap(([key, item]) =>
    ["init_data_claims", "tee-pubkey", "measurements", "platform_provider_id"].includes(key)
      ? []
      : claimPaths(item, `${prefix}/${key}`),
  );
}

describe("evidence is refused", () => {
  it.each<[what: string, change: Partial<SnpSpec>, reason: string]>([
    ["that a program of the guest asked for", { vmpl: 1 }, "VMPL 1"],
    [
      "that claims other firmware than its certificate",
      { certifiedTcb: { bootloader: 9, tee: 0, snp: 25, microcode: 84 } },
      '"bootloader":9',
    ],
  ])("%s", async (_, change, reason) => {
    expect(await refusal(await collect(snpGuest(change)))).toContain(reason);
  });

  it.each([
    ["SNP", snpRelease],
    ["TDX", tdxRelease],
  ])("of %s under another root than the one given", async (_, release) => {
    const strangers = await TestVendors.create();
    const request = await collect(genuineGuest(release));
    expect(await refusal(request, { vendors: strangers })).toContain("was not issued by");
  });

  it.each([
    ["SNP", snpRelease],
    ["TDX", tdxRelease],
  ])("of %s for another key, another nonce or other devices", async (_, release) => {
    const request = await collect(genuineGuest(release));
    const other = { ...runtime, "tee-pubkey": { ...runtime["tee-pubkey"], x: "BB" } };
    const report = "report data is not the digest";
    expect(await refusal({ ...request, "runtime-data": other })).toContain(report);
    expect(await refusal(request, { nonce: "b3RoZXI=" })).toContain("nonce is not the one of this session");
    const evidence = { ...request["tee-evidence"], additional_evidence: "{}" };
    expect(await refusal({ ...request, "tee-evidence": evidence })).toContain(report);
  });

  it("of a Turin, which the reference architecture does not validate", async () => {
    const request = await collect(genuineGuest(snpRelease));
    const evidence = request["tee-evidence"];
    if (!("attestation_report" in evidence.primary_evidence)) throw new Error("not of SNP");
    const report = Buffer.from(evidence.primary_evidence.attestation_report, "base64");
    report[0x188] = 0x1a;
    const primary = { ...evidence.primary_evidence, attestation_report: report.toString("base64") };
    expect(await refusal({ ...request, "tee-evidence": { ...evidence, primary_evidence: primary } })).toContain(
      "its processor is a Turin, which the reference architecture does not validate",
    );
  });

  it("of a TEE that the session was not opened for", async () => {
    expect(await refusal(await collect(genuineGuest(snpRelease)), { tee: "tdx" })).toContain("not of tdx");
  });

  it.each([
    ["other bytes", (toml: string) => `${toml} `, "is not what the hardware holds"],
    ["an algorithm that no guest knows", (toml: string) => toml.replace("sha256", "md5"), "algorithm"],
    ["no TOML", () => "= =", "not TOML"],
  ])("with init-data of %s", async (_, change, reason) => {
    const request = await collect(genuineGuest(snpRelease));
    const body = change(request["init-data"]?.body ?? "");
    expect(await refusal({ ...request, "init-data": { format: "toml", body } })).toContain(reason);
  });

  it("of a device that was asked with another nonce, or is signed by a stranger", async () => {
    const guest = genuineGuest(snpRelease);
    const devices = guest.devices.map((device) => ({ ...device, nonce: "0".repeat(64) }));
    expect(await refusal(await collect({ ...guest, devices }))).toContain("another nonce");
    const elsewhere = new TestMachine(await TestVendors.create(), "elsewhere");
    const request = await collectEvidence(guest, machine, runtime, vendors.roots, elsewhere);
    expect(await refusal(request)).toContain("was not issued by");
  });

  it.each([
    ["no bytes", ""],
    ["other bytes", Buffer.alloc(1184).toString("base64")],
  ])("that is %s, by a sentence", async (_, attestation_report) => {
    const request = await collect(genuineGuest(snpRelease));
    const evidence = { ...request["tee-evidence"], primary_evidence: { attestation_report, cert_chain: [] } };
    expect(await refusal({ ...request, "tee-evidence": evidence })).toMatch(/^SNP report: /);
  });
});

it("compares nothing where a guest sends no init-data, and says what the hardware holds", async () => {
  const request = { ...(await collect(genuineGuest(snpRelease))), "init-data": undefined };
  const [cpu] = await verify(request);
  expect(cpu?.claims).toMatchObject({ init_data_claims: null, init_data: snpRelease.initData.digest });
});

it("says of TDX firmware that it is out of date, and of collateral that it has run out", async () => {
  const guest = genuineGuest(tdxRelease);
  const old = { ...guest.cpu, body: { ...(guest.cpu as { body: object }).body, tcb_svn: `01${"00".repeat(15)}` } };
  const [cpu] = await verify(await collect({ ...guest, cpu: old as GuestSpec["cpu"] }));
  expect(cpu?.claims).toMatchObject({ tdx: { tcb_status: "OutOfDate", collateral_expiration_status: "0" } });
  const stale = Object.assign(Object.create(vendors) as TestVendors, {
    tcbInfo: () => vendors.tcbInfo(new Date("2026-01-01T00:00:00Z")),
  });
  const [late] = await verify(await collect(guest), { vendors: stale });
  expect(late?.claims).toMatchObject({ tdx: { tcb_status: "UpToDate", collateral_expiration_status: "1" } });
});

it("finds firmware that NVIDIA did not publish, and a revoked certificate", async () => {
  const guest = genuineGuest(snpRelease);
  const devices = guest.devices.map((device) => ({ ...device, altered: { "2": "0".repeat(96) } }));
  const [, gpu] = await verify(await collect({ ...guest, devices }));
  expect(gpu?.claims.nvidia).toMatchObject({ measres: "fail", "x-nvidia-overall-att-result": false });
  const host = new TestMachine(vendors, "revoked");
  vendors.revoke((await host.device("HOPPER", 0)).identity.serial);
  const [, revoked] = await verify(await collectEvidence(guest, host, runtime, vendors.roots));
  expect(revoked?.claims.nvidia).toMatchObject({
    measres: "success",
    "x-nvidia-overall-att-result": false,
    "x-nvidia-gpu-attestation-report-cert-chain": { "x-nvidia-cert-ocsp-status": "revoked" },
  });
});

it("adds no part for protected PCIe where a switch is missing", async () => {
  const guest = genuineGuest(boardRelease);
  const parts = await verify(await collect({ ...guest, devices: guest.devices.slice(0, -1) }));
  expect(parts.map(({ deviceClass }) => deviceClass)).not.toContain("ppcie");
});
