import type { AcceptedEvidence } from "../../components/attestation/acceptedEvidence";
import { boundDigest } from "../../components/guest/initData";
import type { Release } from "../../components/workload/release";

/** What a model owner accepts in these tests, for every TEE and device. */
export function sampleEvidence(changes: Partial<AcceptedEvidence> = {}): AcceptedEvidence {
  return {
    snpTcb: { bootloader: [10, 9], microcode: [84], snp: [25], tee: [0] },
    tdxTcb: { xfam: ["e742060000000000"] },
    gpuFirmware: { drivers: ["595.58.03"], vbios: ["96.00.CF.00.02"], switchBios: ["96.10.6D.00.01"] },
    nvidiaVerifier: "remote",
    ...changes,
  };
}

/** One device or CPU as the attestation service's policy gets it: `input` of a `default_<class>` policy. */
export interface Claims {
  readonly deviceClass: "cpu" | "gpu" | "switch" | "ppcie";
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Everything that a genuine guest of the release proves, in the shape of Trustee v0.21.0 (docs/tcb_claims.md). */
export function genuineClaims(release: Release, accepted: AcceptedEvidence): Claims[] {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  return [
    { deviceClass: "cpu", claims: release.tee === "snp" ? snpClaims(release, accepted) : tdxClaims(release, accepted) },
    ...numbers(release.gpu.count).map((index) => gpuClaims(index, accepted)),
    ...numbers(release.gpu.nvSwitches).map((index) => switchClaims(index, accepted)),
    ...(release.gpu.nvSwitches > 0
      ? [{ deviceClass: "ppcie", claims: { nvidia: { gpu_count: 8, switch_count: 4 } } } as const]
      : []),
  ];
}

function snpClaims(release: Release, { snpTcb }: AcceptedEvidence) {
  return {
    init_data: boundDigest("snp", release.initData.digest),
    init_data_claims: null,
    report_data: "5e".repeat(64),
    runtime_data_claims: { "tee-pubkey": { kty: "EC" } },
    snp: {
      measurement: release.launchMeasurement,
      platform_smt_enabled: true,
      platform_tsme_enabled: true,
      policy_abi_major: 0,
      policy_abi_minor: 0,
      policy_debug_allowed: false,
      policy_migrate_ma: false,
      policy_single_socket: false,
      policy_smt_allowed: true,
      reported_tcb_bootloader: snpTcb?.bootloader[0],
      reported_tcb_microcode: snpTcb?.microcode[0],
      reported_tcb_snp: snpTcb?.snp[0],
      reported_tcb_tee: snpTcb?.tee[0],
    },
  };
}

function tdxClaims(release: Release, { tdxTcb }: AcceptedEvidence) {
  return {
    init_data: boundDigest("tdx", release.initData.digest),
    init_data_claims: null,
    report_data: "5e".repeat(64),
    runtime_data_claims: { "tee-pubkey": { kty: "EC" } },
    tdx: {
      collateral_expiration_status: "0",
      quote: {
        header: { tee_type: "81000000", vendor_id: "939a7233f79c4ca9940a0db3957f0607", version: "0400" },
        body: {
          mr_seam: "2f".repeat(48),
          mr_td: release.launchMeasurement,
          rtmr_1: release.rtmrs?.rtmr1,
          rtmr_2: release.rtmrs?.rtmr2,
          xfam: tdxTcb?.xfam[0],
        },
      },
      tcb_status: "UpToDate",
      td_attributes: { debug: false, septve_disable: true },
    },
  };
}

const goodChain = () => ({ "x-nvidia-cert-ocsp-status": "good", "x-nvidia-cert-status": "valid" });

/** NVIDIA's claims, version 3.0, as NRAS puts them into its token. */
function deviceClaims(device: "gpu" | "switch", rims: readonly string[], index: number) {
  const report = `x-nvidia-${device}-attestation-report`;
  return {
    dbgstat: "disabled",
    measres: "success",
    secboot: true,
    ueid: String(478176379286082186618948445787393647364802107249n + BigInt(index)),
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

function gpuClaims(index: number, { gpuFirmware, nvidiaVerifier }: AcceptedEvidence): Claims {
  const nvidia =
    nvidiaVerifier === "local"
      ? {
          arch: "Hopper",
          uuid: `GPU-${index}`,
          measurements: {},
          config: { driver_version: gpuFirmware.drivers[0], vbios_version: gpuFirmware.vbios[0] },
        }
      : {
          ...deviceClaims("gpu", ["driver-rim", "vbios-rim"], index),
          hwmodel: "GH100 A01 GSP BROM",
          "x-nvidia-gpu-driver-version": gpuFirmware.drivers[0],
          "x-nvidia-gpu-vbios-version": gpuFirmware.vbios[0],
        };
  return { deviceClass: "gpu", claims: { nvidia } };
}

function switchClaims(index: number, { gpuFirmware }: AcceptedEvidence): Claims {
  return {
    deviceClass: "switch",
    claims: {
      nvidia: {
        ...deviceClaims("switch", ["bios-rim"], 100 + index),
        "x-nvidia-switch-bios-version": gpuFirmware.switchBios?.[0],
      },
    },
  };
}
