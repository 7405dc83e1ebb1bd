import { firmwareTable, tableNumber } from "../snp/firmwareTable";

/** A range of guest memory that exists before a TDX guest starts. */
export interface TdvfSection {
  /** Where its content lies in the firmware file. */
  readonly dataOffset: number;
  /** Bytes of content; 0: the memory starts as zeros. */
  readonly dataBytes: number;
  /** Guest-physical address, page-aligned. */
  readonly gpa: number;
  /** Bytes of memory, whole pages. */
  readonly memoryBytes: number;
  /** One of `tdvfSectionTypes`. */
  readonly type: number;
  /** Whether its content goes into MRTD (attribute bit 0). Its addresses do in any case. */
  readonly measured: boolean;
  /** The guest accepts its pages later, so that they are not part of MRTD (attribute bit 1). */
  readonly addedLater: boolean;
}

/** Source: edk2 OvmfPkg/ResetVector/X64/IntelTdxMetadata.asm (edk2-stable202511). */
export const tdvfSectionTypes = {
  /** Boot firmware volume: the code. */
  bfv: 0,
  /** Configuration firmware volume: the variables; goes into RTMR0. */
  cfv: 1,
  /** Handed over by QEMU, describes the memory; goes into RTMR0. */
  tdHob: 2,
  tempMem: 3,
} as const;

const typeNames = new Map<number, string>(Object.entries(tdvfSectionTypes).map(([name, type]) => [type, name]));

/** u32 in the table of GUIDs: distance of the descriptor from the end of the file. */
const metadataGuid = "e47a6535-984a-4798-865e-4685a7bf8ec2";

const headerBytes = 16;
const sectionBytes = 32;
export const tdvfPageSize = 4096;

/** A TDVF has about six sections and some MiB; these bound the work that a forged file can cause. */
const mostSections = 256;
const mostMemoryBytes = 64 * 2 ** 20;

/**
 * Reads what a TDX virtual firmware wants in memory before the guest starts, in the order in which it is added.
 *
 * Refuses what QEMU refuses, and what it starts but nobody can measure with certainty. Sources: QEMU hw/i386/tdvf.c and
 * target/i386/kvm/tdx.c (10.2); Intel TDX Virtual Firmware Design Guide, 11.2.
 */
export function parseTdvf(firmware: Uint8Array): readonly TdvfSection[] {
  const fromEnd = tableNumber(firmwareTable(firmware), metadataGuid);
  if (fromEnd === undefined)
    throw new Error("firmware: it has no TDX metadata, so it starts no TDX guest; use an OVMF built for TDX");
  const bytes = Buffer.from(firmware.buffer, firmware.byteOffset, firmware.byteLength);
  const start = bytes.length - fromEnd;
  if (start < 0 || fromEnd < headerBytes)
    throw unusable(`it lies ${fromEnd} bytes before the end of a file of ${bytes.length} bytes`);
  if (bytes.toString("latin1", start, start + 4) !== "TDVF") throw unusable('it does not start with "TDVF"');
  const [length, version, count] = [4, 8, 12].map((at) => bytes.readUInt32LE(start + at)) as [number, number, number];
  if (version !== 1) throw unusable(`its version is ${version}; only 1 is known`);
  if (count > mostSections) throw unusable(`it has ${count} sections; at most ${mostSections} are read`);
  if (length !== headerBytes + count * sectionBytes || length > fromEnd)
    throw unusable(`${count} sections do not have the ${length} bytes that it says`);
  const sections = Array.from({ length: count }, (_, index) =>
    readSection(bytes, start + headerBytes + index * sectionBytes),
  );
  checkSections(sections, bytes.length);
  return sections;
}

function readSection(bytes: Buffer, at: number): TdvfSection {
  const attributes = bytes.readUInt32LE(at + 28);
  return {
    dataOffset: bytes.readUInt32LE(at),
    dataBytes: bytes.readUInt32LE(at + 4),
    // Above 2^53 the numbers are inexact; the check that follows refuses these.
    gpa: Number(bytes.readBigUInt64LE(at + 8)),
    memoryBytes: Number(bytes.readBigUInt64LE(at + 16)),
    type: bytes.readUInt32LE(at + 24),
    measured: (attributes & 1) !== 0,
    addedLater: (attributes & 2) !== 0,
  };
}

function checkSections(sections: readonly TdvfSection[], fileBytes: number): void {
  if (sections.length < 2) throw unusable(`it has ${sections.length} sections; QEMU wants at least two`);
  let total = 0;
  for (const [index, section] of sections.entries()) {
    const fault = faultOf(section, fileBytes);
    const where = `section ${index} (${typeNames.get(section.type) ?? `type ${section.type}`})`;
    if (fault) throw unusable(`${where} ${fault}`);
    total += section.memoryBytes;
    if (total > mostMemoryBytes)
      throw unusable(`its sections up to ${where} have more than 64 MiB of memory, which no TDVF needs`);
  }
}

function faultOf(section: TdvfSection, fileBytes: number): string | undefined {
  const { dataOffset, dataBytes, gpa, memoryBytes, type, measured, addedLater } = section;
  if (!typeNames.has(type)) return `has an unknown type; known are ${[...typeNames.keys()].join(", ")}`;
  if (!isPages(gpa) || !isPages(memoryBytes)) return "does not consist of whole pages";
  if (!Number.isSafeInteger(gpa + memoryBytes)) return "ends outside of a guest's memory";
  if (dataBytes > memoryBytes) return `has ${dataBytes} bytes of content for ${memoryBytes} bytes of memory`;
  if (dataOffset + dataBytes > fileBytes) return `has its content outside of the file of ${fileBytes} bytes`;
  const fromFile = type === tdvfSectionTypes.bfv || type === tdvfSectionTypes.cfv;
  if (fromFile !== dataBytes > 0) return fromFile ? "has no content" : "has content, and may have none";
  if (!measured) return undefined;
  // The design guide wants zeros behind the content; QEMU takes what follows in the file.
  if (fromFile && dataBytes !== memoryBytes)
    return `is measured, but has content for only ${dataBytes} of its ${memoryBytes} bytes`;
  if (type === tdvfSectionTypes.tdHob) return "is measured, though its content depends on the guest's memory";
  if (addedLater) return "is to be measured and to be added later, which TDX modules refuse";
  return undefined;
}

function isPages(value: number): boolean {
  return Number.isSafeInteger(value) && value % tdvfPageSize === 0;
}

function unusable(detail: string): Error {
  return new Error(
    `firmware: its TDX metadata cannot be used (${detail}); use an OVMF built for TDX, as it was released`,
  );
}
