import { createHash } from "node:crypto";
import { boundDigest } from "../../components/guest/initData";
import { decodeInitData } from "../../components/guest/initDataAnnotation";
import type { CpuTee } from "../../components/host/hardware";
import type { SnpPolicy, SnpTcb } from "../../components/verdict/evidence/snpReport";
import type { TdxBody } from "../../components/verdict/evidence/tdxQuote";
import type { Release } from "../../components/workload/release";
import { encodeGpuReport } from "./encodeGpu";
import { encodeSnpReport } from "./encodeSnp";
import { encodeTdxQuote } from "./encodeTdx";
import { deviceSpecs } from "./deviceSpecs";
import type { DeviceSpec } from "./deviceSpecs";
import type { TestMachine } from "./hardware";
import type { AttestRequest, DeviceEvidence, PrimaryEvidence, RuntimeData } from "./messages";
import { deviceNonce, primaryReportData } from "./messages";
import { firmwareMeasurements, tdxFirmware } from "./vendors";

/** A guest as it was started: all that its evidence will say, as data. An attack changes one thing of it. */
export interface GuestSpec {
  /** The release whose guest it is. */
  readonly release: string;
  readonly cpu: SnpSpec | TdxSpec;
  /** What the guest sends along, and what the hardware holds of it (hex). */
  readonly initData: { readonly sent: string; readonly bound: string };
  readonly devices: readonly DeviceSpec[];
}

export interface SnpSpec {
  readonly tee: "snp";
  readonly measurement: string;
  readonly policy: SnpPolicy;
  readonly tcb: SnpTcb;
  /** Firmware that the processor's certificate is for, where the report claims another. */
  readonly certifiedTcb?: SnpTcb;
  readonly vmpl: number;
}

export interface TdxSpec {
  readonly tee: "tdx";
  readonly body: Omit<TdxBody, "report_data" | "mr_config_id">;
}

const zeros = (bytes: number) => "00".repeat(bytes);
const madeUp = (what: string) => createHash("sha384").update(`SIMULATED ${what}`).digest("hex");

/** The guest that a release describes, on firmware just new enough. */
export function genuineGuest(release: Release): GuestSpec {
  return {
    release: release.name,
    cpu: release.tee === "snp" ? snpOf(release) : tdxOf(release),
    initData: {
      sent: decodeInitData(release.initData.annotation),
      bound: boundDigest(release.tee as CpuTee, release.initData.digest),
    },
    devices: deviceSpecs(release),
  };
}

function snpOf({ name, launch, tcb }: Release): SnpSpec {
  if (!launch.snp || !tcb.snp) throw new Error(`release ${name} has no SNP measurement or no TCB`);
  return {
    tee: "snp",
    measurement: launch.snp.measurement,
    tcb: tcb.snp,
    vmpl: 0,
    policy: {
      abiMajor: 0,
      abiMinor: 0,
      smtAllowed: true,
      migrateMaAllowed: false,
      debugAllowed: false,
      singleSocket: false,
    },
  };
}

function tdxOf({ name, launch, tcb }: Release): TdxSpec {
  if (!launch.tdx || !tcb.tdx) throw new Error(`release ${name} has no TDX measurement or no TCB`);
  return {
    tee: "tdx",
    body: {
      tcb_svn: tdxFirmware.current,
      mr_seam: tcb.tdx.mrSeam?.[0] ?? madeUp("TDX module"),
      mrsigner_seam: zeros(48),
      seam_attributes: zeros(8),
      td_attributes: tcb.tdx.attributes[0] ?? zeros(8),
      xfam: tcb.tdx.xfam[0] ?? zeros(8),
      mr_td: launch.tdx.mrTd,
      mr_owner: zeros(48),
      mr_owner_config: zeros(48),
      rtmr_0: madeUp("memory map and devices"),
      rtmr_1: launch.tdx.rtmr1,
      rtmr_2: launch.tdx.rtmr2,
      rtmr_3: zeros(48),
    },
  };
}

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
