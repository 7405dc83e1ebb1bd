import { createHash } from "node:crypto";
import type { JWK } from "jose";
import { canonicalJson } from "../../names";
import type { CpuTee } from "../../host/hardware";

/** The version of the protocol; key brokers and guests must have the very same one. */
export const protocolVersion = "0.4.0";

/** `POST /attest` of the Request-Challenge-Attestation-Response protocol (kbs/docs/kbs_attestation_protocol.md). */
export interface AttestRequest {
  readonly "init-data"?: { readonly format: "toml"; readonly body: string };
  readonly "runtime-data": RuntimeData;
  readonly "tee-evidence": {
    readonly primary_evidence: PrimaryEvidence;
    /** JSON text: evidence of devices by kind. */
    readonly additional_evidence: string;
  };
}

export interface RuntimeData {
  readonly nonce: string;
  readonly "tee-pubkey": JWK;
}

/** Binary parts are base64. */
export type PrimaryEvidence =
  { readonly attestation_report: string; readonly cert_chain: readonly string[] } | { readonly quote: string };

export type DeviceArchitecture = "HOPPER" | "BLACKWELL" | "LS10";

/** A GPU, or an NVSwitch (LS10), as the guest's attester puts it. */
export interface DeviceEvidence {
  readonly arch: DeviceArchitecture;
  readonly uuid: string;
  /** Base64 of the report. */
  readonly evidence: string;
  /** Base64 of the certificates, PEM. */
  readonly certificate: string;
}

export interface AdditionalEvidence {
  readonly nvidia?: { readonly device_evidence_list: readonly DeviceEvidence[] };
}

export interface Challenge {
  readonly nonce: string;
  /** Cookie of the session. */
  readonly session: string;
}

export interface AuthRequest {
  readonly version: string;
  readonly tee: CpuTee;
}

/**
 * What the CPU's report has to carry: SHA-384 of nonce, key and the devices' evidence, filled up to 64 bytes. So the
 * evidence is fresh, nobody else's key fits it, and no other device's evidence can be put beside it.
 */
export function primaryReportData(runtime: RuntimeData, additionalEvidence: string): string {
  return digest({ ...pick(runtime), "additional-evidence": additionalEvidence })
    .toString("hex")
    .padEnd(128, "0");
}

/** What a device's report has to carry: the first 32 bytes of SHA-384 of nonce and key. */
export function deviceNonce(runtime: RuntimeData): string {
  return digest(pick(runtime)).subarray(0, 32).toString("hex");
}

function pick({ nonce, "tee-pubkey": key }: RuntimeData) {
  return { nonce, "tee-pubkey": key };
}

function digest(structured: unknown): Buffer {
  return createHash("sha384").update(canonicalJson(structured)).digest();
}
