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
import type { TestDevice } from "./testDevice";
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

/** Boards with switches in the guest are Hopper's. */
const [gpuArchitecture, gpuChip] = ["HOPPER", "GH100"] as const;

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
  const device = await machine.device(spec.arch, spec.index, spec.chip);
  const report = await deviceReport(spec, device, machine, deviceNonce(runtime));
  return {
    arch: spec.arch,
    uuid: device.uuid,
    evidence: report.toString("base64"),
    certificate: Buffer.from(device.identity.chain.join("\n")).toString("base64"),
  };
}

/** What a device answers to a nonce. */
export async function deviceReport(
  spec: DeviceSpec,
  device: TestDevice,
  machine: TestMachine,
  nonce: string,
): Promise<Buffer> {
  const isSwitch = spec.arch === "LS10";
  const measured = {
    ...(isSwitch
      ? firmwareMeasurements("bios", spec.vbios.toUpperCase())
      : {
          ...firmwareMeasurements("driver", spec.driver ?? ""),
          ...firmwareMeasurements("vbios", spec.vbios.toUpperCase()),
        }),
    ...spec.altered,
  };
  const others = await Promise.all(
    (spec.connectedTo ?? []).map((index) =>
      machine.device(isSwitch ? gpuArchitecture : "LS10", index, isSwitch ? gpuChip : undefined),
    ),
  );
  const names = others.map(({ name }) => name);
  return encodeGpuReport(
    {
      nonce: spec.nonce ?? nonce,
      measurements: Object.keys(measured)
        .sort((a, b) => Number(a) - Number(b))
        .map((index) => measured[index] ?? ""),
      vbiosVersion: spec.vbios,
      ...(isSwitch
        ? { switch: { name: device.name, gpus: names } }
        : {
            driverVersion: spec.driver,
            fwid: device.fwid,
            mode: spec.mode,
            ...(spec.arch === "BLACKWELL" && { chipInfo: spec.chip ?? "GB100" }),
            ...(names.length > 0 && { linkedSwitches: names }),
          }),
    },
    device.identity.privateKey,
  );
}
