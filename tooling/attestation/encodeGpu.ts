import type { KeyObject } from "node:crypto";
import { randomBytes, sign } from "node:crypto";
import type { GpuMode } from "../../components/verdict/evidence/gpuOpaque";
import { opaqueFields, reversed } from "../../components/verdict/evidence/gpuOpaque";

/** What a SIMULATED device puts into a report. */
export interface GpuReportFields {
  /** 32 bytes hex. */
  readonly nonce: string;
  /** Measurements from index 1 on, hex: 64 of a GPU, 31 of a switch. */
  readonly measurements: readonly string[];
  readonly driverVersion?: string;
  /** `96.00.9f.00.01` */
  readonly vbiosVersion: string;
  /** Digest of the firmware that holds the key, 48 bytes hex. Switches, and GPUs with old drivers, leave it out. */
  readonly fwid?: string;
  /** Of a GPU: chip as newer drivers write it, `GB100`. */
  readonly chipInfo?: string;
  /** Of a GPU: the mode that it was passed in; old drivers leave it out. */
  readonly mode?: GpuMode;
  /** Of a GPU: status of its video decoder, on (0xaa) or off (0x55). Default: on. */
  readonly decoder?: number;
  /** Of a GPU: names of the switches that its links end at, 8 bytes hex each. */
  readonly linkedSwitches?: readonly string[];
  /** Of a switch: its own name, and those of the GPUs that it is connected to. */
  readonly switch?: { readonly name: string; readonly gpus: readonly string[] };
  /** Whether opaque data come behind a header with a version, as drivers of CUDA 13.5 write them. */
  readonly versioned?: boolean;
}

/** Request and answer of SPDM 1.1 in NVIDIA's layout, signed by a test key. */
export function encodeGpuReport(fields: GpuReportFields, key: KeyObject): Buffer {
  const nonce = Buffer.from(fields.nonce, "hex");
  const request = Buffer.concat([Buffer.from([0x11, 0xe0, 0x01, 0xff]), nonce, Buffer.from([0])]);
  const record = Buffer.concat(fields.measurements.map((value, index) => block(index + 1, Buffer.from(value, "hex"))));
  const header = Buffer.alloc(8);
  Buffer.from([0x11, 0x60, 0x00, 0x01, fields.measurements.length]).copy(header);
  header.writeUIntLE(record.length, 5, 3);
  const opaque = opaqueData(fields);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(opaque.length);
  const content = Buffer.concat([request, header, record, randomBytes(32), length, opaque]);
  return Buffer.concat([content, sign("sha384", content, { key, dsaEncoding: "ieee-p1363" })]);
}

function block(index: number, value: Buffer): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt8(index, 0);
  head.writeUInt8(1, 1);
  head.writeUInt16LE(value.length + 3, 2);
  head.writeUInt8(1, 4);
  head.writeUInt16LE(value.length, 5);
  return Buffer.concat([head, value]);
}

function opaqueData(fields: GpuReportFields): Buffer {
  const { driverVersion, vbiosVersion, fwid, chipInfo, mode, linkedSwitches, versioned = false } = fields;
  const text = (value: string) => Buffer.from(`${value}\0`, "latin1");
  const number = (value: number) => Buffer.from([value, 0]);
  const written: [number, Buffer | undefined][] = [
    [opaqueFields.vbiosVersion, fields.switch ? Buffer.from(vbiosVersion, "latin1") : vbios(vbiosVersion)],
    [opaqueFields.driverVersion, driverVersion === undefined ? undefined : text(driverVersion)],
    [opaqueFields.nvdec0Status, fields.switch ? undefined : Buffer.from([fields.decoder ?? 0xaa])],
    [opaqueFields.fwid, fwid === undefined ? undefined : Buffer.from(fwid, "hex")],
    [opaqueFields.switchPdi, fields.switch ? names([fields.switch.name]) : linkedSwitches && links(linkedSwitches)],
    // The table of ports follows the names.
    [opaqueFields.switchGpuPdis, fields.switch && Buffer.concat([names(fields.switch.gpus), Buffer.alloc(64, 0xff)])],
    [opaqueFields.dataVersion, mode === undefined || versioned ? undefined : number(1)],
    [opaqueFields.chipInfo, chipInfo === undefined ? undefined : text(chipInfo)],
    [opaqueFields.featureFlag, mode === undefined ? undefined : number(["spt", "mpt", "ppcie"].indexOf(mode))],
  ];
  const header = Buffer.from([...Buffer.from("NVDAOD", "latin1"), 0, 0, 2, 0, 0, 0]);
  return Buffer.concat([
    ...(versioned ? [header] : []),
    ...written.flatMap(([type, value]) => (value ? [field(type, value, versioned)] : [])),
  ]);
}

function field(type: number, value: Buffer, versioned: boolean): Buffer {
  const numbers = versioned ? [type, 0, value.length] : [type, value.length];
  const head = Buffer.alloc(2 * numbers.length);
  numbers.forEach((each, index) => head.writeUInt16LE(each, 2 * index));
  return Buffer.concat([head, value]);
}

function names(all: readonly string[]): Buffer {
  return Buffer.from(all.join(""), "hex");
}

/** One for each of 18 links, in the order of bytes that GPUs write them in; links that are off are zeros. */
function links(switches: readonly string[]): Buffer {
  const each = Array.from({ length: 18 }, (_, index) =>
    index < 16 && switches.length > 0 ? reversed(switches[index % switches.length] ?? "") : "00".repeat(8),
  );
  return names(each);
}

/** Four bytes little-endian, then one, then what fills the field. */
function vbios(version: string): Buffer {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = version.split(".").map((part) => parseInt(part, 16));
  return Buffer.from([d, c, b, a, e, 0, 0, 0]);
}
