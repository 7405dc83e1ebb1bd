import { createHash } from "node:crypto";
import { tableGuids } from "../../components/guest/measurement/snp/firmwareTable";
import { guidBytes } from "../../components/guest/measurement/snp/guid";

/** One row of the section table of a TDX firmware, with the fields that it has there. */
export interface TdvfRow {
  readonly dataOffset: number;
  readonly dataBytes: number;
  readonly gpa: number | bigint;
  readonly memoryBytes: number | bigint;
  readonly type: number;
  readonly attributes: number;
}

export interface SyntheticTdvf {
  readonly name: string;
  readonly sizeBytes: number;
  readonly rows: readonly TdvfRow[];
}

export const tdxMetadataGuid = "e47a6535-984a-4798-865e-4685a7bf8ec2";
const entryHeader = 18;

/**
 * SIMULATED: no firmware runs in it, but its table of GUIDs and its metadata are laid out as those of a TDX firmware.
 * The same bytes each time. `filling`: bytes of the file before the metadata; random-looking ones by default.
 */
export function syntheticTdvf({ name, sizeBytes, rows }: SyntheticTdvf, filling?: Uint8Array): Buffer {
  const descriptor = tdvfDescriptor(rows);
  const others = tableEntry("00f771de-1a7e-4fcb-890e-68c77e2fb44e", word(0x80b004));
  const tableBytes = entryHeader + 4 + others.length + entryHeader;
  const metadata = tableEntry(tdxMetadataGuid, word(32 + tableBytes + descriptor.length));
  const footer = tableEntry(tableGuids.footer, Buffer.alloc(0), tableBytes);
  const end = Buffer.concat([descriptor, metadata, others, footer, Buffer.alloc(32, 0x90)]);
  const bytes = Buffer.alloc(sizeBytes, filling ?? noise(`SIMULATED TDX firmware ${name}`, 8191));
  bytes.set(end, sizeBytes - end.length);
  return bytes;
}

export function tdvfDescriptor(rows: readonly TdvfRow[]): Buffer {
  const descriptor = Buffer.alloc(16 + 32 * rows.length);
  descriptor.write("TDVF", "latin1");
  [descriptor.length, 1, rows.length].forEach((value, index) => descriptor.writeUInt32LE(value, 4 + 4 * index));
  rows.forEach((row, index) => {
    const at = 16 + 32 * index;
    descriptor.writeUInt32LE(row.dataOffset, at);
    descriptor.writeUInt32LE(row.dataBytes, at + 4);
    descriptor.writeBigUInt64LE(BigInt(row.gpa), at + 8);
    descriptor.writeBigUInt64LE(BigInt(row.memoryBytes), at + 16);
    descriptor.writeUInt32LE(row.type, at + 24);
    descriptor.writeUInt32LE(row.attributes, at + 28);
  });
  return descriptor;
}

export function tableEntry(guid: string, data: Uint8Array, size = data.length + entryHeader): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(size);
  return Buffer.concat([data, length, guidBytes(guid)]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function noise(text: string, size: number): Buffer {
  return createHash("shake256", { outputLength: size }).update(text).digest();
}

/** Layouts that differ in what MRTD depends on; each ends with a page that has the metadata. */
export const syntheticTdvfs: readonly SyntheticTdvf[] = [
  {
    name: "ovmf-like",
    sizeBytes: 0x40000,
    rows: [
      { dataOffset: 0x8000, dataBytes: 0x38000, gpa: 0xfffc8000, memoryBytes: 0x38000, type: 0, attributes: 1 },
      { dataOffset: 0, dataBytes: 0x8000, gpa: 0xfffc0000, memoryBytes: 0x8000, type: 1, attributes: 0 },
      { dataOffset: 0, dataBytes: 0, gpa: 0x810000, memoryBytes: 0x10000, type: 3, attributes: 0 },
      { dataOffset: 0, dataBytes: 0, gpa: 0x80b000, memoryBytes: 0x2000, type: 3, attributes: 0 },
      { dataOffset: 0, dataBytes: 0, gpa: 0x809000, memoryBytes: 0x2000, type: 2, attributes: 0 },
    ],
  },
  {
    name: "all-measured",
    sizeBytes: 0x4000,
    rows: [
      { dataOffset: 0, dataBytes: 0x2000, gpa: 0xffffc000, memoryBytes: 0x2000, type: 1, attributes: 1 },
      { dataOffset: 0x2000, dataBytes: 0x2000, gpa: 0xffffe000, memoryBytes: 0x2000, type: 0, attributes: 1 },
      { dataOffset: 0, dataBytes: 0, gpa: 0x1000, memoryBytes: 0x3000, type: 3, attributes: 1 },
    ],
  },
  {
    name: "added-later",
    sizeBytes: 0x3000,
    rows: [
      { dataOffset: 0x1000, dataBytes: 0x2000, gpa: 0x1_0000_0000, memoryBytes: 0x2000, type: 0, attributes: 1 },
      { dataOffset: 0, dataBytes: 0, gpa: 0x900000, memoryBytes: 0x4000, type: 3, attributes: 2 },
      { dataOffset: 0, dataBytes: 0, gpa: 0x800000, memoryBytes: 0, type: 3, attributes: 0 },
    ],
  },
];

export interface SyntheticPe {
  readonly name: string;
  readonly magic: 0x10b | 0x20b;
  /** NumberOfRvaAndSizes. */
  readonly directories: number;
  /** Sections as the table has them, in any order. */
  readonly sections: readonly { readonly at: number; readonly size: number }[];
  readonly sizeBytes: number;
  /** Size of a certificate table at the end; 0: none. */
  readonly certificateBytes: number;
}

/** SIMULATED: no program, but with the headers that a digest of a PE image depends on. */
export function syntheticPe(pe: SyntheticPe, filling?: Uint8Array): Buffer {
  const bytes = Buffer.alloc(pe.sizeBytes, filling ?? noise(`SIMULATED PE image ${pe.name}`, 509));
  const [peAt, headerBytes] = [0x40, 0x200];
  const optionalAt = peAt + 24;
  const countAt = pe.magic === 0x20b ? 108 : 92;
  const optionalBytes = countAt + 4 + 16 * 8;
  bytes.fill(0, 0, peAt + 24 + optionalBytes + pe.sections.length * 40);
  bytes.write("MZ", 0, "latin1");
  bytes.writeUInt32LE(peAt, 0x3c);
  bytes.write("PE\0\0", peAt, "latin1");
  bytes.writeUInt16LE(pe.magic === 0x20b ? 0x8664 : 0x14c, peAt + 4);
  bytes.writeUInt16LE(pe.sections.length, peAt + 6);
  bytes.writeUInt16LE(optionalBytes, peAt + 20);
  bytes.writeUInt16LE(pe.magic, optionalAt);
  bytes.writeUInt32LE(headerBytes, optionalAt + 60);
  bytes.writeUInt32LE(0x12345678, optionalAt + 64);
  bytes.writeUInt32LE(pe.directories, optionalAt + countAt);
  const certificateEntry = optionalAt + countAt + 4 + 32;
  bytes.writeUInt32LE(pe.certificateBytes && pe.sizeBytes - pe.certificateBytes, certificateEntry);
  bytes.writeUInt32LE(pe.certificateBytes, certificateEntry + 4);
  pe.sections.forEach(({ at, size }, index) => {
    const entry = optionalAt + optionalBytes + 40 * index;
    bytes.write(`.s${index}`, entry, "latin1");
    bytes.writeUInt32LE(size, entry + 16);
    bytes.writeUInt32LE(at, entry + 20);
  });
  return bytes;
}

const plain = { magic: 0x20b, directories: 16, sizeBytes: 0x440, certificateBytes: 0 } as const;

export const syntheticPes: readonly SyntheticPe[] = [
  { ...plain, name: "unsigned", sections: [{ at: 0x200, size: 0x240 }] },
  {
    ...plain,
    name: "signed, sections out of order, data behind them",
    sections: [
      { at: 0x300, size: 0x100 },
      { at: 0x200, size: 0x100 },
    ],
    certificateBytes: 0x20,
  },
  { ...plain, name: "32 bits", magic: 0x10b, sections: [{ at: 0x200, size: 0x80 }] },
  { ...plain, name: "no section", sections: [], certificateBytes: 0x40 },
  {
    ...plain,
    name: "empty section",
    sections: [
      { at: 0, size: 0 },
      { at: 0x200, size: 0x200 },
    ],
  },
  { ...plain, name: "size that is no multiple of eight", sections: [{ at: 0x200, size: 0x101 }], sizeBytes: 0x3f3 },
];
