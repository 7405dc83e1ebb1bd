import { pageSize } from "./pageChain";

/** A range of guest memory that the firmware wants prepared before the guest starts. */
export interface SevSection {
  /** Guest-physical address, below 4 GiB. */
  readonly gpa: number;
  /** Bytes. */
  readonly size: number;
  /** One of `sectionTypes`. */
  readonly type: number;
}

/** Source: edk2 OvmfPkg/ResetVector/X64/OvmfSevMetadata.asm. */
export const sectionTypes = {
  /** Memory that the firmware uses before it can accept any. */
  secMem: 1,
  secrets: 2,
  cpuid: 3,
  /** Calling area of a secure VM service module; empty without one. */
  svsmCaa: 4,
  /** Hashes of kernel, initrd and command line. */
  kernelHashes: 0x10,
} as const;

const names = new Map<number, string>(Object.entries(sectionTypes).map(([name, type]) => [type, name]));
const onePage: ReadonlySet<number> = new Set([sectionTypes.secrets, sectionTypes.cpuid, sectionTypes.kernelHashes]);

/** OVMF asks for some dozens of pages; 64 MiB bounds the work that a forged file can cause. */
const mostBytes = 64 * 2 ** 20;
const mostSections = 64;

const headerBytes = 16;
const sectionBytes = 12;

/** Reads the sections from a firmware or its end; the table of GUIDs says how far before the end they are. */
export function sevSections(firmware: Uint8Array, fromEnd: number): SevSection[] {
  const bytes = Buffer.from(firmware.buffer, firmware.byteOffset, firmware.byteLength);
  const start = bytes.length - fromEnd;
  if (start < 0 || fromEnd < headerBytes)
    throw damaged(`it lies ${fromEnd} bytes before the end, which is outside of the last ${bytes.length} bytes`);
  const signature = bytes.toString("latin1", start, start + 4);
  const [size, version, count] = [4, 8, 12].map((offset) => bytes.readUInt32LE(start + offset)) as [
    number,
    number,
    number,
  ];
  if (signature !== "ASEV") throw damaged('it does not start with "ASEV"');
  if (version !== 1) throw damaged(`its version is ${version}; only 1 is known`);
  if (count > mostSections) throw damaged(`it has ${count} sections; OVMF has less than ${mostSections}`);
  if (size > fromEnd || headerBytes + count * sectionBytes > size)
    throw damaged(`${count} sections do not fit its size of ${size} bytes`);
  const sections = Array.from({ length: count }, (_, index) => {
    const at = start + headerBytes + index * sectionBytes;
    return { gpa: bytes.readUInt32LE(at), size: bytes.readUInt32LE(at + 4), type: bytes.readUInt32LE(at + 8) };
  });
  checkSections(sections);
  return sections;
}

/**
 * Refuses sections that cannot be measured with certainty, or only with endless work. They may come from a firmware or
 * from a guest image's file.
 */
export function checkSections(sections: readonly SevSection[]): void {
  if (sections.length === 0) throw damaged("it has no section, and QEMU starts no SNP guest without");
  if (sections.length > mostSections)
    throw damaged(`it has ${sections.length} sections; OVMF has less than ${mostSections}`);
  let total = 0;
  for (const [index, { gpa, size, type }] of sections.entries()) {
    const where = `section ${index} (type ${type}, address 0x${gpa.toString(16)}, size 0x${size.toString(16)})`;
    // QEMU would measure a type unknown to it as zero pages, newer versions perhaps not.
    if (!names.has(type)) throw damaged(`${where} has an unknown type; known are ${[...names.keys()].join(", ")}`);
    if (!isPages(gpa) || !isPages(size) || size === 0) throw damaged(`${where} does not consist of whole pages`);
    if (gpa + size > 2 ** 32) throw damaged(`${where} ends above 4 GiB`);
    if (onePage.has(type) && size !== pageSize) throw damaged(`${where} is not exactly one page`);
    total += size;
    if (total > mostBytes) throw damaged(`its sections up to ${where} have more than 64 MiB, which no OVMF needs`);
  }
}

function isPages(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value % pageSize === 0;
}

function damaged(detail: string): Error {
  return new Error(`firmware: its SEV metadata cannot be used (${detail}); use an OVMF built for SEV-SNP`);
}
