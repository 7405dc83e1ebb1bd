import { EvidenceError, Reader } from "./reader";

/**
 * Numbers of the opaque fields that are read here. They mean the same in a GPU's report and in an NVSwitch's, but for 22:
 * the switches that a GPU's links end at, or a switch's own name.
 *
 * Source: NVIDIA/nvtrust `spdm_msrt_resp_msg.py` of the GPU's and of the switch's verifier; NVIDIA/attestation-sdk
 * `gpu_opaque_data_parser.hpp`, `switch_opaque_data_parser.hpp`; seen in reports of real H100, GB100 and LS10 devices.
 */
export const opaqueFields = {
  driverVersion: 3,
  gpuInfo: 4,
  vbiosVersion: 6,
  nvdec0Status: 11,
  measurementCount: 12,
  cprInfo: 13,
  boardId: 14,
  chipSku: 15,
  chipSkuMod: 16,
  project: 17,
  projectSku: 18,
  projectSkuMod: 19,
  fwid: 20,
  protectedPcieStatus: 21,
  switchPdi: 22,
  switchGpuPdis: 26,
  dataVersion: 34,
  chipInfo: 35,
  featureFlag: 36,
} as const;

export type OpaqueFields = ReadonlyMap<number, Buffer>;

interface WithOpaque {
  readonly opaque: OpaqueFields;
}

const magic = Buffer.from("NVDAOD", "latin1");

/**
 * Both layouts: fields of type, length and value; and, from drivers of CUDA 13.5 on, the same behind a header of twelve
 * bytes (`NVDAOD`, profile 0, version), with a value type between type and length.
 *
 * Source: docs.nvidia.com/attestation/specs/latest/opaque-data-format.html; NVIDIA/attestation-sdk
 * unit-tests/gpu/spdm/spdm_resp_test.cpp. No real report with the header was at hand.
 */
export function parseOpaque(bytes: Buffer): OpaqueFields {
  const read = new Reader(bytes, "GPU report's opaque data");
  const versioned = bytes.subarray(0, magic.length).equals(magic);
  if (versioned) header(read);
  const fields = new Map<number, Buffer>();
  while (read.left > 0) {
    const type = read.uint(2, "type");
    if (fields.has(type)) throw new EvidenceError(`GPU report: opaque field ${type} stands twice`);
    if (versioned) read.skip(2, "value type");
    fields.set(type, read.take(read.uint(2, "length"), `field ${type}`));
  }
  // Behind a header, the header's version counts.
  if (!versioned) knownVersion(numberField({ opaque: fields }, opaqueFields.dataVersion) ?? 0);
  return fields;
}

const newestMajor = 2;

function header(read: Reader): void {
  read.skip(magic.length, "magic");
  const profile = read.uint(2, "profile");
  if (profile !== 0) throw new EvidenceError(`GPU report: opaque data of profile ${profile}, not 0`);
  knownVersion(read.uint(1, "major version"));
  read.skip(3, "rest of the version");
}

function knownVersion(version: number): void {
  if (version > newestMajor)
    throw new EvidenceError(`GPU report: opaque data of version ${version}; up to ${newestMajor} is known`);
}

/** `550.90.07`: text that ends with a zero byte. */
export function textField({ opaque }: WithOpaque, type: number): string | undefined {
  const text = opaque.get(type)?.toString("latin1").replace(/\0+$/, "");
  return text !== undefined && /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}

/** A number of up to four bytes, little-endian. */
export function numberField({ opaque }: WithOpaque, type: number): number | undefined {
  const bytes = opaque.get(type);
  return bytes && bytes.length > 0 && bytes.length <= 4 ? bytes.readUIntLE(0, bytes.length) : undefined;
}

const versionText = /^[0-9a-f]{2}(\.[0-9a-f]{2}){4}$/i;

/**
 * `96.00.9f.00.01`, lower case. GPUs write four bytes little-endian, one more, and zeros up to eight; NVSwitches write the
 * text itself.
 */
export function vbiosVersion(report: WithOpaque): string | undefined {
  const text = textField(report, opaqueFields.vbiosVersion);
  if (text !== undefined && versionText.test(text)) return text.toLowerCase();
  const bytes = report.opaque.get(opaqueFields.vbiosVersion);
  if (!bytes || bytes.length < 5 || bytes.length > 8) return undefined;
  const parts = [bytes[3], bytes[2], bytes[1], bytes[0], bytes[4]];
  return parts.map((part) => (part ?? 0).toString(16).padStart(2, "0")).join(".");
}

/** How a GPU was passed to the guest: alone; with others over encrypted NVLink; with all others and their switches. */
export type GpuMode = "spt" | "mpt" | "ppcie";

const modes: readonly GpuMode[] = ["spt", "mpt", "ppcie"];
const enabled = 0xaa;

/**
 * The mode that the report itself names. Drivers write it from version 1 of the opaque data on; older ones of Hopper say
 * of protected PCIe alone whether it is on.
 */
export function gpuMode(report: WithOpaque): GpuMode | undefined {
  const flag = numberField(report, opaqueFields.featureFlag);
  if (flag !== undefined) return modes[flag];
  return numberField(report, opaqueFields.protectedPcieStatus) === enabled ? "ppcie" : undefined;
}

const nameBytes = 8;

/** Names of the switches that a GPU's links end at, each once, in the order of bytes that switches name themselves in. */
export function linkedSwitches({ opaque }: WithOpaque): string[] {
  return names(opaque.get(opaqueFields.switchPdi)).map(reversed).sort();
}

/** A switch's own name. */
export function ownSwitch({ opaque }: WithOpaque): string | undefined {
  const bytes = opaque.get(opaqueFields.switchPdi);
  return bytes?.length === nameBytes ? bytes.toString("hex") : undefined;
}

/** Names of the eight GPUs that a switch is connected to; the table of its ports follows them. */
export function linkedGpus({ opaque }: WithOpaque): string[] {
  return names(opaque.get(opaqueFields.switchGpuPdis)?.subarray(0, 8 * nameBytes));
}

function names(bytes: Buffer | undefined): string[] {
  if (!bytes || bytes.length % nameBytes !== 0) return [];
  const all = bytes.toString("hex").match(/.{16}/g) ?? [];
  // A link that is off ends nowhere.
  return [...new Set(all)].filter((name) => !/^0+$/.test(name)).sort();
}

export function reversed(name: string): string {
  return Buffer.from(name, "hex").reverse().toString("hex");
}
