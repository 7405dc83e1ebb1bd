import { encodeGpuReport } from "./encodeGpu";
import { encodeSnpReport } from "./encodeSnp";
import { encodeTdxQuote } from "./encodeTdx";
import type { DeviceSpec } from "./deviceSpecs";
import type { GuestSpec, SnpSpec, TdxSpec } from "./guest";
import type { TestMachine } from "./hardware";
import type {
  AttestRequest,
  DeviceEvidence,
  PrimaryEvidence,
  RuntimeData,
} from "../../components/verdict/evidence/attestRequest";
import { deviceNonce, primaryReportData } from "../../components/verdict/evidence/attestRequest";
import { firmwareMeasurements } from "./vendors";

/** Asks the SIMULATED hardware for evidence, as the guest's attestation agent would. */
export async function collectEvidence(
  spec: GuestSpec,
  machine: TestMachine,
  runtime: RuntimeData,
  roots: { readonly intel: string },
  /** Where the devices are; on the same machine unless somebody makes them up elsewhere. */
  deviceMachine: TestMachine = machine,
): Promise<AttestRequest> {
  const devices = await Promise.all(spec.devices.map((device) => deviceEvidence(device, deviceMachine, runtime)));
  const additional = JSON.stringify(devices.length > 0 ? { nvidia: { device_evidence_list: devices } } : {});
  const reportData = primaryReportData(runtime, additional);
  return {
    "init-data": { format: "toml", body: spec.initData.sent },
    "runtime-data": runtime,
    "tee-evidence": {
      primary_evidence:
        spec.cpu.tee === "snp"
          ? await snpEvidence(spec.cpu, spec.initData.bound, machine, reportData)
          : await tdxEvidence(spec.cpu, spec.initData.bound, machine, reportData, roots.intel),
      additional_evidence: additional,
    },
  };
}

async function snpEvidence(
  { measurement, policy, tcb, certifiedTcb = tcb, vmpl }: SnpSpec,
  hostData: string,
  machine: TestMachine,
  reportData: string,
): Promise<PrimaryEvidence> {
  const { chipId, vcek } = await machine.snpChip(certifiedTcb);
  const report = encodeSnpReport({ policy, vmpl, reportData, measurement, hostData, tcb, chipId }, vcek.privateKey);
  return { attestation_report: report.toString("base64"), cert_chain: vcek.chain };
}

async function tdxEvidence(
  { body }: TdxSpec,
  mrConfigId: string,
  machine: TestMachine,
  reportData: string,
  root: string,
): Promise<PrimaryEvidence> {
  const enclave = await machine.tdxPlatform();
  const quote = encodeTdxQuote({ ...body, mr_config_id: mrConfigId, report_data: reportData }, enclave, root);
  return { quote: quote.toString("base64") };
}

async function deviceEvidence(spec: DeviceSpec, machine: TestMachine, runtime: RuntimeData): Promise<DeviceEvidence> {
  const device = await machine.device(spec.arch, spec.index);
  const measured = {
    ...(spec.arch === "LS10"
      ? firmwareMeasurements("bios", spec.vbios.toUpperCase())
      : {
          ...firmwareMeasurements("driver", spec.driver ?? ""),
          ...firmwareMeasurements("vbios", spec.vbios.toUpperCase()),
        }),
    ...spec.altered,
  };
  const report = encodeGpuReport(
    {
      nonce: spec.nonce ?? deviceNonce(runtime),
      measurements: Object.keys(measured)
        .sort((a, b) => Number(a) - Number(b))
        .map((index) => measured[index] ?? ""),
      driverVersion: spec.driver,
      vbiosVersion: spec.vbios,
      fwid: device.fwid,
      switchIds: spec.switchIds,
    },
    device.identity.privateKey,
  );
  return {
    arch: spec.arch,
    uuid: device.uuid,
    evidence: report.toString("base64"),
    certificate: Buffer.from(device.identity.chain.join("\n")).toString("base64"),
  };
}
