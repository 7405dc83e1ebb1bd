import { createHash } from "node:crypto";
import { tableGuids } from "../../components/guest/measurement/snp/firmwareTable";
import { guidBytes } from "../../components/guest/measurement/snp/guid";
import type { SevSection } from "../../components/guest/measurement/snp/sevMetadata";

export interface SyntheticFirmware {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sections: readonly SevSection[];
  readonly apResetEip: number;
  /** Absent: no entry at all; 0: an entry that says that hashes are not checked, as OVMF's OvmfPkgX64 has. */
  readonly hashesTableGpa?: number;
}

const entryHeader = 18;

/** SIMULATED: no firmware runs in it, but its table and metadata are laid out as OVMF's. The same bytes each time. */
export function syntheticFirmware(firmware: SyntheticFirmware): Buffer {
  const { name, sizeBytes, sections, apResetEip, hashesTableGpa } = firmware;
  const metadata = Buffer.alloc(16 + 12 * sections.length);
  metadata.write("ASEV", "latin1");
  [metadata.length, 1, sections.length].forEach((value, index) => metadata.writeUInt32LE(value, 4 + 4 * index));
  sections.forEach(({ gpa, size, type }, index) =>
    [gpa, size, type].forEach((value, field) => metadata.writeUInt32LE(value, 16 + 12 * index + 4 * field)),
  );
  const others = [
    ...(hashesTableGpa === undefined ? [] : [entry(tableGuids.sevHashesTable, word(hashesTableGpa), word(0x400))]),
    entry(tableGuids.sevEsResetBlock, word(apResetEip)),
  ];
  const metadataEntrySize = entryHeader + 4;
  const tableSize = others.reduce((sum, { length }) => sum + length, metadataEntrySize + entryHeader);
  const fromEnd = 32 + tableSize + metadata.length;
  const end = Buffer.concat([
    metadata,
    entry(tableGuids.sevMetadata, word(fromEnd)),
    ...others,
    entryOf(tableGuids.footer, tableSize),
    filling(`SIMULATED reset vector of ${name}`, 32),
  ]);
  return withEnd(name, sizeBytes, end);
}

/** Bytes that look random, of this size, with a given end: a footer of a published firmware makes one of known layout. */
export function withEnd(name: string, sizeBytes: number, end: Uint8Array): Buffer {
  const bytes = filling(`SIMULATED firmware ${name}`, sizeBytes);
  bytes.set(end, sizeBytes - end.length);
  return bytes;
}

function filling(text: string, size: number): Buffer {
  // An all-zero half, too: real firmware has long empty ranges.
  const block = Buffer.concat([
    createHash("shake256", { outputLength: 8192 }).update(text).digest(),
    Buffer.alloc(8192),
  ]);
  return Buffer.alloc(size, block);
}

function entry(guid: string, ...data: readonly Buffer[]): Buffer {
  const size = data.reduce((sum, { length }) => sum + length, entryHeader);
  return Buffer.concat([...data, entryOf(guid, size)]);
}

function entryOf(guid: string, size: number): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(size);
  return Buffer.concat([length, guidBytes(guid)]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Layouts that differ in what the measurement depends on. */
export const syntheticFirmwares: readonly SyntheticFirmware[] = [
  {
    name: "amdsev-like",
    sizeBytes: 0x20000,
    sections: [
      { gpa: 0x800000, size: 0x9000, type: 1 },
      { gpa: 0x80a000, size: 0x3000, type: 1 },
      { gpa: 0x80d000, size: 0x1000, type: 2 },
      { gpa: 0x80e000, size: 0x1000, type: 3 },
      { gpa: 0x80f000, size: 0x1000, type: 4 },
      { gpa: 0x810000, size: 0x1000, type: 0x10 },
      { gpa: 0x811000, size: 0xf000, type: 1 },
    ],
    apResetEip: 0x0080b004,
    hashesTableGpa: 0x810c00,
  },
  {
    // CPUID before everything, twice, and the table at the very end of its page.
    name: "unusual-order",
    sizeBytes: 0x1000,
    sections: [
      { gpa: 0x3000, size: 0x1000, type: 3 },
      { gpa: 0x5000, size: 0x1000, type: 0x10 },
      { gpa: 0x4000, size: 0x1000, type: 3 },
      { gpa: 0xffff0000, size: 0x10000, type: 1 },
      { gpa: 0x6000, size: 0x1000, type: 2 },
    ],
    apResetEip: 0xfff5_4321,
    hashesTableGpa: 0x5f50,
  },
  {
    name: "without-kernel-hashes",
    sizeBytes: 0x3000,
    sections: [
      { gpa: 0x800000, size: 0x9000, type: 1 },
      { gpa: 0x80d000, size: 0x1000, type: 2 },
      { gpa: 0x80e000, size: 0x1000, type: 3 },
    ],
    apResetEip: 0x0080b004,
    hashesTableGpa: 0,
  },
  {
    name: "without-hashes-entry",
    sizeBytes: 0x2000,
    sections: [
      { gpa: 0x80d000, size: 0x1000, type: 2 },
      { gpa: 0x80e000, size: 0x1000, type: 3 },
    ],
    apResetEip: 0x1,
  },
];
