import { createHash } from "node:crypto";
import { firmwareTable, tableGuids, tableNumber } from "./firmwareTable";
import { PageChain, pageDigest, pageSize, pageTypes } from "./pageChain";
import type { SevSection } from "./sevMetadata";
import { sevSections } from "./sevMetadata";

/** All that a launch digest needs of a firmware file: some hundred bytes instead of megabytes. */
export interface SnpFirmware {
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Launch digest after the firmware's pages, 48 bytes hex: `sev-snp-measure --mode snp:ovmf-hash`. */
  readonly seed: string;
  /** What the host prepares beside the firmware, in the order in which it is measured. */
  readonly sections: readonly SevSection[];
  /** Where all vCPUs but the first begin. */
  readonly apResetEip: number;
  /** Guest-physical address of the SEV hashes table. Absent: the firmware checks neither kernel nor command line. */
  readonly hashesTableGpa?: number;
}

const fourGib = 2 ** 32;

/** QEMU maps at most 16 MiB of firmware below 4 GiB (hw/i386/pc.c, max-fw-size). */
const mostBytes = 16 * 2 ** 20;

/** The table of GUIDs has at most 64 KiB; the metadata that it points to is close to it. */
const tailBytes = 2 ** 20;

/** Reads an OVMF firmware and measures its pages. */
export function snpFirmware(bytes: Uint8Array): SnpFirmware {
  const reader = new FirmwareReader(bytes.length);
  reader.push(bytes);
  return reader.finish();
}

/** The same for a file that is read piece by piece; its size must be known, since it decides the address of each page. */
export async function snpFirmwareFrom(chunks: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<SnpFirmware> {
  const reader = new FirmwareReader(sizeBytes);
  for await (const chunk of chunks) reader.push(chunk);
  return reader.finish();
}

class FirmwareReader {
  private readonly sha256 = createHash("sha256");
  private readonly chain = new PageChain();
  /** The page whose end has not come yet. */
  private readonly page = Buffer.alloc(pageSize);
  private readonly tail: Buffer;
  private read = 0;

  constructor(private readonly sizeBytes: number) {
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0 || sizeBytes % pageSize !== 0 || sizeBytes > mostBytes)
      throw new Error(
        `firmware: it has ${sizeBytes} bytes; name an OVMF file, which has a multiple of ${pageSize} and at most 16 MiB`,
      );
    this.tail = Buffer.alloc(Math.min(sizeBytes, tailBytes));
  }

  push(chunk: Uint8Array): void {
    if (this.read + chunk.length > this.sizeBytes) throw this.changed("more");
    this.sha256.update(chunk);
    const tailStart = this.sizeBytes - this.tail.length;
    const skipped = Math.max(0, tailStart - this.read);
    if (skipped < chunk.length) this.tail.set(chunk.subarray(skipped), this.read + skipped - tailStart);
    for (let rest = chunk; rest.length > 0;) {
      const filled = this.read % pageSize;
      const part = rest.subarray(0, pageSize - filled);
      if (part.length < pageSize) this.page.set(part, filled);
      this.read += part.length;
      if (this.read % pageSize === 0) this.addPage(part.length === pageSize ? part : this.page);
      rest = rest.subarray(part.length);
    }
  }

  finish(): SnpFirmware {
    if (this.read !== this.sizeBytes) throw this.changed(`only ${this.read} of these`);
    const table = firmwareTable(this.tail);
    const apResetEip = tableNumber(table, tableGuids.sevEsResetBlock);
    const metadata = tableNumber(table, tableGuids.sevMetadata);
    const hashesTableGpa = tableNumber(table, tableGuids.sevHashesTable);
    if (!apResetEip)
      throw new Error(
        "firmware: it does not say where further vCPUs begin (SEV-ES reset block); use an OVMF built for SEV",
      );
    if (metadata === undefined)
      throw new Error("firmware: it has no SEV metadata, so it starts no SNP guest; use an OVMF built for SEV-SNP");
    return {
      sha256: this.sha256.digest("hex"),
      sizeBytes: this.sizeBytes,
      seed: this.chain.digest(),
      sections: sevSections(this.tail, metadata),
      apResetEip,
      ...(hashesTableGpa ? { hashesTableGpa } : {}),
    };
  }

  /** The firmware ends at 4 GiB; its pages are measured upwards. */
  private addPage(page: Uint8Array): void {
    this.chain.add(pageTypes.normal, fourGib - this.sizeBytes + this.read - pageSize, pageDigest(page));
  }

  private changed(what: string): Error {
    return new Error(`firmware: it should have ${this.sizeBytes} bytes, but ${what} came; read it again, unchanged`);
  }
}
