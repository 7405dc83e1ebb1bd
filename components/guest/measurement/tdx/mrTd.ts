import { createHash, type Hash } from "node:crypto";
import { parseTdvf, tdvfPageSize, tdvfSectionTypes, type TdvfSection } from "./tdvf";

/**
 * How a host builds a guest's first memory. Both orders add the same pages and measure the same bytes.
 *
 * `interleaved`: each page is added and then measured, as KVM does it since TDX came to Linux in 6.16
 * (arch/x86/kvm/vmx/tdx.c, tdx_gmem_post_populate). `two-pass`: all pages of a section are added, then all are measured.
 * Hosts with the patched kernels and QEMU 8 from before (canonical/tdx 2024) report that one; so do dstack's tools.
 */
export type PageOrder = "interleaved" | "two-pass";

/** All that a measurement needs of a TDX firmware. */
export interface TdxFirmware {
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** 48 bytes hex each; which one the hardware reports depends on the host's kernel. */
  readonly mrTd: { readonly interleaved: string; readonly twoPass: string };
}

/** Reads and measures a TDX virtual firmware. */
export function tdxFirmware(bytes: Uint8Array): TdxFirmware {
  const sections = parseTdvf(bytes);
  return {
    sha256: createHash("sha256").update(bytes).digest("hex"),
    sizeBytes: bytes.length,
    mrTd: {
      interleaved: measure(bytes, sections, "interleaved"),
      twoPass: measure(bytes, sections, "two-pass"),
    },
  };
}

/**
 * MRTD of a guest that starts from this firmware: one SHA-384 over what the host tells the TDX module to do before the
 * guest runs, 48 bytes hex.
 *
 * Sources: Intel TDX Module Base Architecture Specification, 12.2.1 (MRTD); TDH.MEM.PAGE.ADD and TDH.MR.EXTEND in its
 * ABI reference; the order of sections from QEMU target/i386/kvm/tdx.c (10.2).
 */
export function mrTd(firmware: Uint8Array, order: PageOrder): string {
  return measure(firmware, parseTdvf(firmware), order);
}

const chunkSize = 256;
const recordSize = 128;
const chunksPerPage = tdvfPageSize / chunkSize;
/** Where a record has the guest-physical address; before it comes the operation's name, after it zeros. */
const gpaOffset = 16;

function measure(firmware: Uint8Array, sections: readonly TdvfSection[], order: PageOrder): string {
  const register = new MrTd();
  for (const section of sections) {
    if (section.addedLater) continue;
    const content = contentOf(firmware, section);
    for (let at = 0; at < section.memoryBytes; at += tdvfPageSize) {
      register.add(section.gpa + at);
      if (order === "interleaved") register.extend(content, section.gpa, at);
    }
    if (order === "interleaved") continue;
    for (let at = 0; at < section.memoryBytes; at += tdvfPageSize) register.extend(content, section.gpa, at);
  }
  return register.digest();
}

/** What of a section is measured: nothing, the file's bytes, or the zeros of one page for all of them. */
function contentOf(firmware: Uint8Array, section: TdvfSection): Uint8Array | "zeros" | undefined {
  if (!section.measured) return undefined;
  if (section.type === tdvfSectionTypes.tempMem) return "zeros";
  return firmware.subarray(section.dataOffset, section.dataOffset + section.dataBytes);
}

/** The register while it is built. Its buffers are filled again for each page, since a firmware has about a thousand. */
class MrTd {
  private readonly hash: Hash = createHash("sha384");
  private readonly added = record("MEM.PAGE.ADD", recordSize);
  /** A whole page as it is measured: sixteen times a record and 256 bytes. */
  private readonly extended = Buffer.concat(
    Array.from({ length: chunksPerPage }, () => record("MR.EXTEND", recordSize + chunkSize)),
  );

  add(gpa: number): void {
    this.added.writeBigUInt64LE(BigInt(gpa), gpaOffset);
    this.hash.update(this.added);
  }

  extend(content: Uint8Array | "zeros" | undefined, gpa: number, at: number): void {
    if (content === undefined) return;
    for (let chunk = 0; chunk < chunksPerPage; chunk++) {
      const from = at + chunk * chunkSize;
      const to = chunk * (recordSize + chunkSize);
      this.extended.writeBigUInt64LE(BigInt(gpa + from), to + gpaOffset);
      if (content === "zeros") this.extended.fill(0, to + recordSize, to + recordSize + chunkSize);
      else this.extended.set(content.subarray(from, from + chunkSize), to + recordSize);
    }
    this.hash.update(this.extended);
  }

  digest(): string {
    return this.hash.digest("hex");
  }
}

function record(operation: string, bytes: number): Buffer {
  const empty = Buffer.alloc(bytes);
  empty.write(operation, "latin1");
  return empty;
}
