import type { EvidenceOptions, NvidiaVerifier } from "../../components/attestation/acceptedEvidence";
import type { AdmittedRelease } from "../../components/attestation/admittedRelease";
import { boundDigest } from "../../components/guest/initData";
import type { Release } from "../../components/workload/release";
import type { TrustClaims } from "../../components/verdict/token/trustTiers";
import type { Token } from "./ear";
import { tokenOf } from "./ear";

/** What a model owner demands of all guests in these tests. */
export function sampleEvidence(changes: Partial<EvidenceOptions> = {}): EvidenceOptions {
  return { verifier: "remote", ...changes };
}

/** Releases without a rollover, each the current one of its name. */
export function admit(...releases: Release[]): AdmittedRelease[] {
  return releases.map((release) => ({ release }));
}

/** One device or CPU as the attestation service's policy gets it: `input` of a `default_<class>` policy. */
export interface Claims {
  readonly deviceClass: "cpu" | "gpu" | "switch" | "ppcie";
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Everything that a genuine guest of the release proves, in the shape of Trustee v0.21.0 (docs/tcb_claims.md). */
export function genuineClaims(release: Release, { verifier }: Pick<EvidenceOptions, "verifier">): Claims[] {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  return [
    { deviceClass: "cpu", claims: release.tee === "snp" ? snpClaims(release) : tdxClaims(release) },
    ...numbers(release.gpu.count).map((index) => gpuClaims(index, release, verifier)),
    ...numbers(release.gpu.nvSwitches).map((index) => switchClaims(index, release)),
    ...(release.gpu.nvSwitches > 0
      ? [{ deviceClass: "ppcie", claims: { nvidia: { gpu_count: 8, switch_count: 4 } } } as const]
      : []),
  ];
}

/** What our attestation policies make of genuine claims; that they do is tested with OPA. */
export function genuineTrust(deviceClass: Claims["deviceClass"], verifier: NvidiaVerifier): TrustClaims {
  const unsaid = {
    "file-system": 0,
    "instance-identity": 0,
    "runtime-opaque": 0,
    "sourced-data": 0,
    "storage-opaque": 0,
  };
  if (deviceClass === "ppcie") return { ...unsaid, configuration: 2, executables: 0, hardware: 0 };
  const executables = deviceClass === "gpu" && verifier === "local" ? 0 : 3;
  return { ...unsaid, configuration: 2, executables, hardware: 2 };
}

/** A point in time at which the sample release is valid, in seconds since 1970. */
export const sampleTime = Date.parse("2026-12-01T12:00:00Z") / 1000;

/** The token of a genuine guest. */
export function genuineToken(release: Release, options: Pick<EvidenceOptions, "verifier">, iat = sampleTime): Token {
  const parts = genuineClaims(release, options).map((part) => ({
    ...part,
    trust: genuineTrust(part.deviceClass, options.verifier),
  }));
  return tokenOf(parts, iat);
}

/** What comes with any CPU's evidence. Of the runtime data, Trustee leaves the devices' raw evidence out. */
function commonClaims({ tee, initData }: Release) {
  return {
    init_data: boundDigest(tee, initData.digest),
    init_data_claims: null,
    report_data: "5e".repeat(64),
    runtime_data_claims: { nonce: "bm9uY2U=", "tee-pubkey": { kty: "EC" } },
  };
}

function snpClaims(release: Release) {
  return {
    ...commonClaims(release),
    snp: {
      measurement: release.launch.snp?.measurement,
      platform_smt_enabled: true,
      platform_tsme_enabled: true,
      policy_abi_major: 0,
      policy_abi_minor: 0,
      policy_debug_allowed: false,
      policy_migrate_ma: false,
      policy_single_socket: false,
      policy_smt_allowed: true,
      reported_tcb_bootloader: release.tcb.snp?.bootloader,
      reported_tcb_microcode: release.tcb.snp?.microcode,
      reported_tcb_snp: release.tcb.snp?.snp,
      reported_tcb_tee: release.tcb.snp?.tee,
    },
  };
}

/** PPID of the platform that TDX guests run on in these tests. */
export const samplePpid = "a5".repeat(16);

function tdxClaims(release: Release) {
  const { launch, tcb } = release;
  return {
    ...commonClaims(release),
    tdx: {
      advisory_ids: [],
      collateral_expiration_status: "0",
      platform_provider_id: samplePpid,
      quote: {
        header: { tee_type: "81000000", vendor_id: "939a7233f79c4ca9940a0db3957f0607", version: "0400" },
        body: {
          mr_config_id: boundDigest("tdx", release.initData.digest),
          mr_seam: tcb.tdx?.mrSeam?.[0] ?? "2f".repeat(48),
          mr_td: launch.tdx?.mrTd,
          rtmr_1: launch.tdx?.rtmr1,
          rtmr_2: launch.tdx?.rtmr2,
          seam_attributes: "0".repeat(16),
          td_attributes: tcb.tdx?.attributes[0],
          xfam: tcb.tdx?.xfam[0],
        },
      },
      tcb_status: "UpToDate",
      td_attributes: { debug: false, septve_disable: true },
    },
  };
}

const goodChain = () => ({ "x-nvidia-cert-ocsp-status": "good", "x-nvidia-cert-status": "valid" });

/** The identity of a device in these tests: a GPU's by its number, a switch's from 100 on. */
export function sampleUeid(index: number): string {
  return String(478176379286082186618948445787393647364802107249n + BigInt(index));
}

/** NVIDIA's claims, version 3.0, as NRAS puts them into its token. */
export function deviceClaims(device: "gpu" | "switch", rims: readonly string[], index: number) {
  const report = `x-nvidia-${device}-attestation-report`;
  return {
    dbgstat: "disabled",
    measres: "success",
    secboot: true,
    ueid: sampleUeid(index),
    "x-nvidia-overall-att-result": true,
    [`x-nvidia-${device}-arch-check`]: true,
    [`${report}-cert-chain`]: goodChain(),
    [`${report}-cert-chain-fwid-match`]: true,
    [`${report}-nonce-match`]: true,
    [`${report}-parsed`]: true,
    [`${report}-signature-verified`]: true,
    ...Object.fromEntries(
      rims.flatMap((rim) => [
        [`x-nvidia-${device}-${rim}-cert-chain`, goodChain()],
        ...["fetched", "measurements-available", "schema-validated", "signature-verified", "version-match"].map(
          (what) => [`x-nvidia-${device}-${rim}-${what}`, true],
        ),
      ]),
    ),
  };
}

function gpuClaims(index: number, { gpuClaims: { drivers, vbios } }: Release, verifier: NvidiaVerifier): Claims {
  const nvidia =
    verifier === "local"
      ? {
          arch: "Hopper",
          uuid: `GPU-${index}`,
          measurements: {},
          config: { driver_version: drivers[0], vbios_version: vbios[0] },
        }
      : {
          ...deviceClaims("gpu", ["driver-rim", "vbios-rim"], index),
          hwmodel: "GH100 A01 GSP BROM",
          "x-nvidia-gpu-driver-version": drivers[0],
          "x-nvidia-gpu-vbios-version": vbios[0],
        };
  return { deviceClass: "gpu", claims: { nvidia } };
}

function switchClaims(index: number, { gpuClaims: { switchBios } }: Release): Claims {
  return {
    deviceClass: "switch",
    claims: {
      nvidia: {
        ...deviceClaims("switch", ["bios-rim"], 100 + index),
        "x-nvidia-switch-bios-version": switchBios?.[0],
      },
    },
  };
}
