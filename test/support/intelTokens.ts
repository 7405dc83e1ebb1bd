import { boundDigest } from "../../components/guest/initData";
import type { Release } from "../../components/workload/release";
import { sampleTime, sampleUeid } from "./evidence";

export const intelPolicies = ["5d1e5a3c-2f0b-4d51-9a6e-0c6a6f5a7f10", "8500e95a-58da-4b8a-a585-274730576d31"] as const;

/**
 * Claims of a genuine guest of the release in a token of Intel Trust Authority, version 2, SIMULATED: shaped as Intel's own
 * intel/trustauthority-kbs reads them (model/attestation_token_v2.go and its test, 720b6e2). Nobody's key signed it.
 */
export function genuineIntelToken(release: Release, policyIds: readonly string[] = intelPolicies) {
  const { launch, tcb, gpu, gpuClaims, initData } = release;
  const tdx = launch.tdx;
  if (!tdx) throw new Error(`release ${release.name} is not for TDX`);
  return {
    ver: "2.0.0",
    iss: "Intel Trust Authority",
    intuse: "generic",
    iat: sampleTime,
    nbf: sampleTime,
    exp: sampleTime + 300,
    policy_ids_matched: policyIds.map((id) => ({ id, version: "v1", hash: "PApC1bnOL" })),
    tdx: {
      attester_type: "TDX",
      attester_tcb_status: "UpToDate",
      attester_tcb_date: "2026-05-11T00:00:00Z",
      attester_runtime_data: { "tee-pubkey": { kty: "EC" }, nonce: "bm9uY2U=" },
      dbgstat: "disabled",
      tdx_mrtd: tdx.mrTd,
      tdx_rtmr0: "4".repeat(96),
      tdx_rtmr1: tdx.rtmr1,
      tdx_rtmr2: tdx.rtmr2,
      tdx_rtmr3: "0".repeat(96),
      tdx_mrseam: tcb.tdx?.mrSeam?.[0] ?? "5".repeat(96),
      tdx_mrconfigid: boundDigest("tdx", initData.digest),
      tdx_xfam: tcb.tdx?.xfam[0],
      tdx_td_attributes: tcb.tdx?.attributes[0],
      tdx_is_debuggable: false,
      tdx_is_migratable: false,
    },
    nvgpu: {
      attester_type: "NVGPU",
      "x-nvidia-overall-att-result": true,
      claim_details: Object.fromEntries(
        Array.from({ length: gpu.count }, (_, index) => [
          `GPU-${index}`,
          {
            hwmodel: "GH100",
            measres: "success",
            secboot: true,
            dbgstat: "disabled",
            ueid: sampleUeid(index),
            "x-nvidia-gpu-driver-version": gpuClaims.drivers[0],
            "x-nvidia-gpu-vbios-version": gpuClaims.vbios[0],
            "x-nvidia-gpu-attestation-report-nonce-match": true,
          },
        ]),
      ),
    },
  };
}
