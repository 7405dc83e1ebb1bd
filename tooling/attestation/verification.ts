import { createHash } from "node:crypto";
import { parse } from "smol-toml";
import type { CpuTee } from "../../components/host/hardware";
import { EvidenceError } from "../../components/verdict/evidence/reader";
import type { AdditionalEvidence, AttestRequest } from "../../components/verdict/evidence/attestRequest";
import { deviceNonce, primaryReportData } from "../../components/verdict/evidence/attestRequest";
import { demand, Refusal } from "./refusal";
import type { TrustedVendors } from "./vendors";
import { verifyDevices } from "./verifyDevices";
import { verifySnp } from "./verifySnp";
import { verifyTdx } from "./verifyTdx";

export interface VerificationContext {
  readonly vendors: TrustedVendors;
  readonly now: Date;
  /** What the report has to carry: computed from the request, never taken from it. */
  readonly reportData: string;
}

/** What a verifier found in a CPU's evidence. */
export interface PrimaryClaims {
  readonly report_data: string;
  /** HOST_DATA or MRCONFIGID, hex. */
  readonly init_data: string;
  /** By the TEE's name. */
  readonly tee: Readonly<Record<string, unknown>>;
}

export type DeviceClass = "cpu" | "gpu" | "switch" | "ppcie";

/** One part of a guest as the attestation service's policy gets it: `input` of `default_<class>`. */
export interface VerifiedPart {
  readonly deviceClass: DeviceClass;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface VerifyArgs {
  readonly tee: CpuTee;
  /** The nonce that the key broker gave out. */
  readonly nonce: string;
  readonly request: AttestRequest;
  readonly vendors: TrustedVendors;
  readonly verifier: "remote" | "local";
  readonly now: Date;
}

/**
 * Verifies a guest's evidence: bytes, chains, signatures, freshness, init-data. Returns claims in Trustee's names and
 * order; throws a `Refusal` that says which check failed.
 */
export async function verifyEvidence(args: VerifyArgs): Promise<VerifiedPart[]> {
  try {
    return await verifyParts(args);
  } catch (error) {
    if (error instanceof EvidenceError) throw new Refusal("verification", error.message);
    throw error;
  }
}

async function verifyParts({ tee, nonce, request, vendors, verifier, now }: VerifyArgs): Promise<VerifiedPart[]> {
  const runtime = request["runtime-data"];
  demand(runtime.nonce === nonce, "verification", "the runtime data's nonce is not the one of this session");
  const { primary_evidence: primary, additional_evidence: additional } = request["tee-evidence"];
  const context = { vendors, now, reportData: primaryReportData(runtime, additional) };
  const isSnp = "attestation_report" in primary;
  demand(isSnp === (tee === "snp"), "verification", `the evidence is not of ${tee}, which the session was opened for`);
  const cpu = isSnp ? verifySnp(primary, context) : await verifyTdx(primary, context);
  const devices = await verifyDevices(devicesOf(additional), {
    nonce: deviceNonce(runtime),
    vendors,
    verifier,
    now,
  });
  const claims = {
    ...cpu.tee,
    init_data: cpu.init_data,
    init_data_claims: initDataClaims(request["init-data"]?.body, cpu.init_data),
    report_data: cpu.report_data,
    runtime_data_claims: { ...runtime, "additional-evidence": additional },
  };
  return [{ deviceClass: "cpu", claims }, ...devices];
}

function devicesOf(additional: string) {
  let parsed: AdditionalEvidence;
  try {
    parsed = JSON.parse(additional) as AdditionalEvidence;
  } catch {
    throw new Refusal("verification", "the devices' evidence is not JSON");
  }
  return parsed.nvidia?.device_evidence_list ?? [];
}

/**
 * The plaintext's digest against what the hardware holds of it, cut or filled up to that field's size. Its contents
 * become claims only where both agree; a guest that sends none is compared with nothing.
 */
function initDataClaims(toml: string | undefined, bound: string): unknown {
  if (toml === undefined) return null;
  let document: { algorithm?: unknown; data?: Record<string, unknown> };
  try {
    document = parse(toml) as typeof document;
  } catch {
    throw new Refusal("verification", "init-data: not TOML");
  }
  const { algorithm, data = {} } = document;
  const known = typeof algorithm === "string" && ["sha256", "sha384", "sha512"].includes(algorithm);
  demand(known, "verification", `init-data: its algorithm is not sha256, sha384 or sha512`);
  const digest = createHash(algorithm).update(toml).digest("hex");
  const field = digest.slice(0, bound.length).padEnd(bound.length, "0");
  demand(
    field === bound,
    "verification",
    `init-data: its digest ${field.slice(0, 16)}… is not what the hardware holds, ${bound.slice(0, 16)}…`,
  );
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, key.endsWith(".toml") ? parse(String(text)) : text]),
  );
}
