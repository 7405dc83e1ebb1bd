import { createHash } from "node:crypto";

/**
 * Digest of a PE/COFF image as UEFI measures it, hex: the file without its checksum, its entry of the certificate table
 * and that table. A Linux kernel (bzImage) with an EFI stub is such an image.
 *
 * As edk2 does it, step by step: OvmfPkg/Tcg/TdTcg2Dxe/MeasureBootPeCoff.c (edk2-stable202511), after the PE/COFF
 * specification 8.0, appendix A. Unlike the digest in a signature, it adds no bytes up to a multiple of eight.
 */
export function authenticodeSha384(image: Uint8Array): string {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  const header = readHeader(bytes);
  const hash = createHash("sha384");
  hash.update(bytes.subarray(0, header.checksumAt));
  if (header.certificateEntryAt === undefined) {
    hash.update(bytes.subarray(header.checksumAt + 4, header.bytes));
  } else {
    hash.update(bytes.subarray(header.checksumAt + 4, header.certificateEntryAt));
    hash.update(bytes.subarray(header.certificateEntryAt + 8, header.bytes));
  }
  let hashed = header.bytes;
  for (const { at, size } of readSections(bytes, header)) {
    hash.update(bytes.subarray(at, at + size));
    hashed += size;
  }
  if (bytes.length > hashed) {
    const end = bytes.length - header.certificateBytes;
    if (end < hashed) throw unusable(`its certificate table of ${header.certificateBytes} bytes has no room in it`);
    hash.update(bytes.subarray(hashed, end));
  }
  return hash.digest("hex");
}

interface Header {
  readonly checksumAt: number;
  /** Absent where the image has too few data directories for one. */
  readonly certificateEntryAt?: number;
  readonly certificateBytes: number;
  /** SizeOfHeaders. */
  readonly bytes: number;
  readonly sectionTableAt: number;
  readonly sectionCount: number;
}

/** By the magic of the optional header: where it has the number of data directories; these follow. */
const directoryCountAt = new Map([
  [0x10b, 92],
  [0x20b, 108],
]);
const certificateDirectory = 4;
const sectionHeaderBytes = 40;

function readHeader(bytes: Buffer): Header {
  if (bytes.length < 64 || bytes.toString("latin1", 0, 2) !== "MZ") throw unusable('it does not start with "MZ"');
  const peAt = bytes.readUInt32LE(0x3c);
  // Signature, file header and the largest optional header up to its number of directories.
  if (peAt + 24 + 112 > bytes.length) throw unusable(`its PE header at ${peAt} is outside of ${bytes.length} bytes`);
  if (bytes.toString("latin1", peAt, peAt + 4) !== "PE\0\0") throw unusable('its PE header does not start with "PE"');
  const optionalAt = peAt + 24;
  const magic = bytes.readUInt16LE(optionalAt);
  const countAt = directoryCountAt.get(magic);
  if (countAt === undefined) throw unusable(`its optional header has the magic 0x${magic.toString(16)}`);
  const checksumAt = optionalAt + 64;
  const headerBytes = bytes.readUInt32LE(optionalAt + 60);
  const directories = bytes.readUInt32LE(optionalAt + countAt);
  const hasCertificates = directories > certificateDirectory;
  const certificateEntryAt = optionalAt + countAt + 4 + certificateDirectory * 8;
  const atLeast = hasCertificates ? certificateEntryAt + 8 : checksumAt + 4;
  if (headerBytes < atLeast || headerBytes > bytes.length)
    throw unusable(`its headers have ${headerBytes} bytes, which is not between ${atLeast} and ${bytes.length}`);
  const sectionTableAt = optionalAt + bytes.readUInt16LE(peAt + 20);
  const sectionCount = bytes.readUInt16LE(peAt + 6);
  if (sectionTableAt + sectionCount * sectionHeaderBytes > bytes.length)
    throw unusable(`its table of ${sectionCount} sections ends outside of ${bytes.length} bytes`);
  return {
    checksumAt,
    ...(hasCertificates ? { certificateEntryAt } : {}),
    certificateBytes: hasCertificates ? bytes.readUInt32LE(certificateEntryAt + 4) : 0,
    bytes: headerBytes,
    sectionTableAt,
    sectionCount,
  };
}

/** Sections with content, in the order of the file. */
function readSections(bytes: Buffer, header: Header): { readonly at: number; readonly size: number }[] {
  const sections = Array.from({ length: header.sectionCount }, (_, index) => {
    const entry = header.sectionTableAt + index * sectionHeaderBytes;
    return { index, size: bytes.readUInt32LE(entry + 16), at: bytes.readUInt32LE(entry + 20) };
  })
    .filter(({ size }) => size > 0)
    .sort((one, other) => one.at - other.at);
  let end = 0;
  for (const { index, at, size } of sections) {
    if (at + size > bytes.length)
      throw unusable(`section ${index} ends at ${at + size}, outside of ${bytes.length} bytes`);
    // Overlapping ones could make 65,535 sections of the whole file each, hours of work; no linker makes any.
    if (at < end) throw unusable(`section ${index} overlaps another`);
    end = at + size;
  }
  return sections;
}

function unusable(detail: string): Error {
  return new Error(`kernel: it is no PE image that can be measured (${detail}); name a bzImage with an EFI stub`);
}
