import type { KeyObject } from "node:crypto";
import { X509Certificate } from "node:crypto";
import type { ExamineContext } from "../context";
import type { DeviceEvidence } from "../evidence/attestRequest";
import { chainProblem, splitChain } from "../evidence/chain";
import type { DeviceIdentity } from "../evidence/gpuCertificate";
import { certifiedFirmwareId, deviceIdentity } from "../evidence/gpuCertificate";
import { opaqueFields } from "../evidence/gpuOpaque";
import type { GpuReport } from "../evidence/gpuReport";
import { gpuSignatureHolds, parseGpuReport } from "../evidence/gpuReport";
import { EvidenceError } from "../evidence/reader";
import type { VerdictClaimId } from "../finding";
import { Findings } from "../finding";

export type DeviceKind = "gpu" | "switch";

/** A device, its findings so far, and what its evidence says: undefined where it cannot be read or is not genuine. */
export interface ExaminedDevice {
  readonly kind: DeviceKind;
  /** `gpu0`, `switch3`: its place among its kind. */
  readonly name: string;
  readonly found: Findings;
  readonly genuine?: GenuineDevice;
}

/** What evidence says, read and not believed. */
export interface ReadDevice {
  readonly report: GpuReport;
  readonly identity: DeviceIdentity;
  /** Leaf first, PEM. */
  readonly chain: readonly string[];
}

/** A device whose report was signed by a key that NVIDIA's root certifies. */
export interface GenuineDevice extends ReadDevice {
  readonly genuine: true;
}

const claim: VerdictClaimId = "gpu-genuine";

const mostCertificates = 6;

/** It came as JSON, so that it may be anything. */
export function readDevice(device: DeviceEvidence | null | undefined): ReadDevice {
  const report = parseGpuReport(bytesOf(device?.evidence));
  const chain = splitChain(bytesOf(device?.certificate).toString("latin1"));
  if (chain.length > mostCertificates)
    throw new EvidenceError(`device: it comes with ${chain.length} certificates, which is too many`);
  chain.forEach(publicKeyOf);
  return { report, chain, identity: deviceIdentity(chain) };
}

/** Checks of one report by itself: structure, chain, signature, firmware, nonce. */
export function examineDevice(
  evidence: DeviceEvidence,
  kind: DeviceKind,
  name: string,
  context: ExamineContext,
): ExaminedDevice {
  const found = new Findings(name);
  const check = (what: string) => `${kind}-${what}`;
  try {
    const { report, identity, chain } = readDevice(evidence);
    found.verified(
      check("report"),
      claim,
      `its report is whole: ${Object.keys(report.measurements).length} measurements`,
    );
    const problem = chainProblem(chain, context.roots.nvidia, context.now);
    const chained = found.decide(
      check("chain"),
      claim,
      problem === undefined,
      `${identity.hardwareModel}, identity ${identity.ueid}: its certificates lead to NVIDIA's root of device identities`,
      `its certificates do not lead to NVIDIA's root of device identities: ${problem}`,
    );
    const leaf = chain[0] ?? "";
    const signed = found.decide(
      check("report-signature"),
      claim,
      gpuSignatureHolds(report, publicKeyOf(leaf)),
      "the certified key signed the report",
      "the certified key did not sign this report: it was altered, or is another device's",
    );
    const firmware = examineFirmwareId(report, leaf, found, check("firmware-id"));
    examineNonce(report, context, found, check("nonce"));
    return {
      kind,
      name,
      found,
      ...(chained && signed && firmware && { genuine: { genuine: true, report, identity, chain } }),
    };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    found.failed(check("report"), claim, error.message);
    return { kind, name, found };
  }
}

/**
 * The firmware that holds the reporting key. The certificate says which one it is; GPUs' reports repeat it, but for those of
 * old drivers (seen: 535.86.09) and of NVSwitches.
 */
function examineFirmwareId({ opaque }: GpuReport, leaf: string, found: Findings, check: string): boolean {
  const certified = certifiedFirmwareId(leaf);
  const reported = opaque.get(opaqueFields.fwid)?.toString("hex");
  if (certified === undefined) {
    found.failed(check, claim, "the reporting key's certificate names no firmware: it is no device's own");
    return false;
  }
  const short = `${certified.slice(0, 16)}…`;
  if (reported === undefined) {
    found.verified(check, claim, `the reporting key was certified for firmware ${short}; the report repeats no digest`);
    return true;
  }
  return found.decide(
    check,
    claim,
    reported === certified,
    `the report names the firmware ${short} that its key was certified for`,
    `the report names firmware ${reported.slice(0, 16)}…, and its key was certified for ${short}`,
  );
}

function examineNonce({ nonce }: GpuReport, { expected }: ExamineContext, found: Findings, check: string): void {
  if ("unknown" in expected.deviceNonce) {
    found.notChecked(
      check,
      claim,
      `nothing ties the report to this guest and question: ${expected.deviceNonce.unknown}`,
    );
    return;
  }
  found.decide(
    check,
    claim,
    nonce === expected.deviceNonce.value,
    "the device was asked with the nonce that the guest's key and question make",
    `the device was asked with nonce ${nonce.slice(0, 16)}…, not ${expected.deviceNonce.value.slice(0, 16)}…: another guest's or an older report`,
  );
}

function publicKeyOf(certificate: string): KeyObject {
  try {
    return new X509Certificate(certificate).publicKey;
  } catch {
    throw new EvidenceError("device: one of its certificates cannot be read");
  }
}

/** Base64; of a report also hex, which older attesters write and Trustee takes. Anything else is refused, not guessed at. */
function bytesOf(text: unknown): Buffer {
  if (typeof text === "string" && /^([0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, "hex");
  if (typeof text !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
    throw new EvidenceError("device: its report or certificates are not base64");
  return Buffer.from(text, "base64");
}
