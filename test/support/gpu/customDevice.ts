import type { DeviceEvidence } from "../../../components/verdict/evidence/attestRequest";
import { firmwareIdExtension } from "../../../components/verdict/evidence/gpuCertificate";
import type { TestCertificate } from "../../../tooling/attestation/authority";
import type { GpuReportFields } from "../../../tooling/attestation/encodeGpu";
import { encodeGpuReport } from "../../../tooling/attestation/encodeGpu";
import { firmwareMeasurements } from "../../../tooling/attestation/vendors";
import type { GpuScene } from "./scene";
import { nonce } from "./scene";

/** Evidence out of a report and certificates, whatever they are. */
export function evidenceOf(report: Uint8Array, chain: readonly string[], arch: unknown = "HOPPER"): DeviceEvidence {
  return {
    arch: arch as DeviceEvidence["arch"],
    uuid: "GPU-SIMULATED-made-up",
    evidence: Buffer.from(report).toString("base64"),
    certificate: Buffer.from(chain.join("\n")).toString("base64"),
  };
}

/** Report and certificates of a device as they came in. */
export function partsOf({ evidence, certificate }: DeviceEvidence): { report: Buffer; certificates: string } {
  return {
    report: Buffer.from(evidence, "base64"),
    certificates: Buffer.from(certificate, "base64").toString("latin1"),
  };
}

/** A device of the scene with its report's bytes changed, signed by nobody anew. */
export function withReport(device: DeviceEvidence, change: (report: Buffer) => Buffer): DeviceEvidence {
  return { ...device, evidence: change(partsOf(device).report).toString("base64") };
}

/** What the first GPU of a scene reports, as fields to change. */
export async function reportFields(scene: GpuScene): Promise<GpuReportFields> {
  const [spec] = scene.specs;
  if (!spec) throw new Error("the scene has no device");
  const measured = {
    ...firmwareMeasurements("driver", spec.driver ?? ""),
    ...firmwareMeasurements("vbios", spec.vbios),
  };
  const device = await scene.machine.device(spec.arch, spec.index, spec.chip);
  return {
    nonce,
    measurements: Object.keys(measured)
      .sort((a, b) => Number(a) - Number(b))
      .map((index) => measured[index] ?? ""),
    driverVersion: spec.driver,
    vbiosVersion: spec.vbios,
    fwid: device.fwid,
    mode: spec.mode,
  };
}

/** The first GPU with other contents, signed by its own key. */
export async function withFields(scene: GpuScene, changes: Partial<GpuReportFields>): Promise<DeviceEvidence> {
  const [spec] = scene.specs;
  const { identity } = await scene.machine.device(spec?.arch ?? "HOPPER", 0, spec?.chip);
  const report = encodeGpuReport({ ...(await reportFields(scene)), ...changes }, identity.privateKey);
  return evidenceOf(report, identity.chain);
}

/** The first GPU's report, signed by a key whose certificate is made otherwise. */
export async function withIdentity(
  scene: GpuScene,
  make: (firmware: Record<string, Uint8Array>) => Promise<TestCertificate>,
): Promise<DeviceEvidence> {
  const fields = await reportFields(scene);
  const digest = Buffer.from(fields.fwid ?? "", "hex");
  const extension = Buffer.concat([Buffer.from([0x30, 0x32, 0x04, 0x30]), digest]);
  const identity = await make({ [firmwareIdExtension]: extension });
  return evidenceOf(encodeGpuReport(fields, identity.privateKey), identity.chain);
}
