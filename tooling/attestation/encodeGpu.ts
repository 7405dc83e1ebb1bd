import type { KeyObject } from "node:crypto";
import { randomBytes, sign } from "node:crypto";
import { opaqueFields } from "../../components/verdict/evidence/gpuReport";

/** What a SIMULATED device puts into a report. */
export interface GpuReportFields {
  /** 32 bytes hex. */
  readonly nonce: string;
  /** 64 measurements, hex. */
  readonly measurements: readonly string[];
  readonly driverVersion?: string;
  /** `96.00.9f.00.01` */
  readonly vbiosVersion: string;
  /** Digest of the firmware that holds the key, 48 bytes hex. */
  readonly fwid: string;
  /** Names of NVSwitches, 8 bytes hex each: those that a GPU is connected to, or the switch's own. */
  readonly switchIds?: readonly string[];
}

/** Request and answer of SPDM 1.1 in NVIDIA's layout, signed by a test key. */
export function encodeGpuReport(fields: GpuReportFields, key: KeyObject): Buffer {
  const nonce = Buffer.from(fields.nonce, "hex");
  const request = Buffer.concat([Buffer.from([0x11, 0xe0, 0x01, 0xff]), nonce, Buffer.from([0])]);
  const record = Buffer.concat(fields.measurements.map((value, index) => block(index + 1, Buffer.from(value, "hex"))));
  const header = Buffer.alloc(8);
  Buffer.from([0x11, 0x60, 0x00, 0x01, fields.measurements.length]).copy(header);
  header.writeUIntLE(record.length, 5, 3);
  const opaque = Buffer.concat([
    field(opaqueFields.vbiosVersion, vbios(fields.vbiosVersion)),
    ...(fields.driverVersion === undefined
      ? []
      : [field(opaqueFields.driverVersion, Buffer.from(`${fields.driverVersion}\0`, "latin1"))]),
    field(opaqueFields.fwid, Buffer.from(fields.fwid, "hex")),
    ...(fields.switchIds ? [field(opaqueFields.switchPdi, Buffer.from(fields.switchIds.join(""), "hex"))] : []),
  ]);
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

function field(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** Four bytes little-endian, then one, then what fills the field. */
function vbios(version: string): Buffer {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = version.split(".").map((part) => parseInt(part, 16));
  return Buffer.from([d, c, b, a, e, 0, 0, 0]);
}
