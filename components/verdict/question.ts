import { boundDigest } from "../guest/initData";
import type { CpuTee } from "../host/hardware";
import type { Release } from "../workload/release";
import type { Expected } from "./context";
import type { AttestRequest } from "./evidence/attestRequest";
import { deviceNonce, primaryReportData } from "./evidence/attestRequest";

/** Raw evidence of a guest, as it answers a question with it. Nothing of it is believed before it was examined. */
export interface GuestEvidence {
  readonly tee: CpuTee;
  readonly request: AttestRequest;
  /** Token of NVIDIA's attestation service about the same devices. */
  readonly nrasToken?: string;
}

/** What a genuine guest of the release has to show, given the runtime data that it says its evidence is bound to. */
export function expectedOf(release: Release, request: AttestRequest | undefined): Expected {
  const runtime = request?.["runtime-data"];
  const without = {
    unknown: "the evidence comes without the nonce and key that it is bound to",
  };
  return {
    tee: release.tee,
    launch: release.launch,
    boundInitData: boundDigest(release.tee, release.initData.digest),
    tcb: release.tcb,
    gpu: release.gpu,
    gpuClaims: release.gpuClaims,
    reportData:
      request && runtime ? { value: primaryReportData(runtime, request["tee-evidence"].additional_evidence) } : without,
    deviceNonce: runtime ? { value: deviceNonce(runtime) } : without,
  };
}
