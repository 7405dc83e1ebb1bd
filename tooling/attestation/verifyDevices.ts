import { X509Certificate } from "node:crypto";
import { certifiedFirmwareId } from "../../components/verdict/evidence/gpuCertificate";
import { linkedSwitches, ownSwitch } from "../../components/verdict/evidence/gpuOpaque";
import type { GpuReport } from "../../components/verdict/evidence/gpuReport";
import { gpuSignatureHolds, opaqueFields, parseGpuReport } from "../../components/verdict/evidence/gpuReport";
import { chainProblem, splitChain } from "../../components/verdict/evidence/chain";
import { localClaims, remoteClaims } from "./deviceClaims";
import type { DeviceEvidence } from "../../components/verdict/evidence/attestRequest";
import { demand } from "./refusal";
import type { TrustedVendors } from "./vendors";
import type { VerifiedPart } from "./verification";

export interface DeviceContext {
  /** 32 bytes hex that every device has to have been asked with. */
  readonly nonce: string;
  readonly vendors: TrustedVendors;
  readonly verifier: "remote" | "local";
  readonly now: Date;
}

/** A device whose chain, signature and nonce hold. */
export interface VerifiedDevice {
  readonly evidence: DeviceEvidence;
  readonly report: GpuReport;
  readonly certificate: X509Certificate;
}

/**
 * Verifies GPUs and NVSwitches: what Trustee's local verifier checks (chain, signature, nonce, firmware digest), and for
 * `remote` what NVIDIA's attestation service says beyond that.
 */
export async function verifyDevices(list: readonly DeviceEvidence[], context: DeviceContext): Promise<VerifiedPart[]> {
  const devices = list.map((evidence, index) => verifyDevice(evidence, index, context));
  const parts = await Promise.all(
    devices.map(async (device): Promise<VerifiedPart> => ({
      deviceClass: device.evidence.arch === "LS10" ? "switch" : "gpu",
      claims: {
        nvidia: context.verifier === "remote" ? await remoteClaims(device, context) : localClaims(device),
      },
    })),
  );
  return [...parts, ...protectedPcie(devices)];
}

function verifyDevice(evidence: DeviceEvidence, index: number, { nonce, vendors, now }: DeviceContext): VerifiedDevice {
  const no = (holds: boolean, what: string) => demand(holds, "verification", `device ${index}: ${what}`);
  const report = parseGpuReport(Buffer.from(evidence.evidence, "base64"));
  const chain = splitChain(Buffer.from(evidence.certificate, "base64").toString("latin1"));
  const problem = chainProblem(chain, vendors.roots.nvidia, now);
  no(problem === undefined, problem ?? "");
  const certificate = new X509Certificate(chain[0] ?? "");
  no(gpuSignatureHolds(report, certificate.publicKey), "its key did not sign the report");
  no(report.nonce === nonce, "its report was asked for with another nonce than this session's");
  const certified = certifiedFirmwareId(chain[0] ?? "");
  // A switch's report repeats no digest; the certificate alone says which firmware holds its key.
  const fwid =
    report.opaque.get(opaqueFields.fwid)?.toString("hex") ?? (evidence.arch === "LS10" ? certified : undefined);
  no(fwid !== undefined && fwid === certified, "its firmware is not the certified one");
  return { evidence, report, certificate };
}

/** Eight GPUs and four switches that name each other: then, and only then, the service adds a part of its own. */
function protectedPcie(devices: readonly VerifiedDevice[]): VerifiedPart[] {
  const switches = devices.filter(({ evidence }) => evidence.arch === "LS10");
  const gpus = devices.filter(({ evidence }) => evidence.arch !== "LS10");
  if (gpus.length !== 8 || switches.length !== 4) return [];
  const own = [...new Set(switches.map(({ report }) => ownSwitch(report) ?? ""))].sort();
  if (own.length !== 4 || gpus.some(({ report }) => linkedSwitches(report).join() !== own.join())) return [];
  return [{ deviceClass: "ppcie", claims: { nvidia: { gpu_count: gpus.length, switch_count: switches.length } } }];
}
