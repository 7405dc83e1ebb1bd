import { hash } from "node:crypto";

/** Bytes of a page, as the secure processor measures them. */
export const pageSize = 4096;

/** Kinds of pages, SEV-SNP firmware ABI, PAGE_INFO.page_type. */
export const pageTypes = { normal: 1, vmsa: 2, zero: 3, unmeasured: 4, secrets: 5, cpuid: 6 } as const;

export type PageType = (typeof pageTypes)[keyof typeof pageTypes];

/** Where the launch digest places every VMSA page: the highest page below 2^48. */
export const vmsaGpa = 0xfffffffff000;

/** Layout of PAGE_INFO, 112 bytes: SEV-SNP firmware ABI, section 8.17.2, table 67. */
const layout = { size: 0x70, contents: 0x30, length: 0x60, type: 0x62, gpa: 0x68 };
const digestBytes = 48;
const nothing = Buffer.alloc(digestBytes);

/**
 * The launch digest in the making: each page that the host adds replaces it by the SHA-384 of itself, the page's content,
 * kind and address. Only the content of normal and VMSA pages counts; of all others it is the address alone.
 */
export class PageChain {
  private readonly info = Buffer.alloc(layout.size);

  /** The seed is the digest so far, 48 bytes hex: all zero at the start. */
  constructor(seed?: string) {
    if (seed !== undefined) this.info.write(seed, 0, digestBytes, "hex");
    this.info.writeUInt16LE(layout.size, layout.length);
  }

  /** Adds one page. Contents: SHA-384 of a normal or VMSA page. */
  add(type: PageType, gpa: number, contents: Uint8Array = nothing): void {
    this.info.set(contents, layout.contents);
    this.info.writeUInt8(type, layout.type);
    this.info.writeUInt32LE(gpa % 2 ** 32, layout.gpa);
    this.info.writeUInt32LE(Math.floor(gpa / 2 ** 32), layout.gpa + 4);
    this.info.set(hash("sha384", this.info, "buffer"), 0);
  }

  /** Adds the pages of an address range whose contents do not count. */
  addRange(type: PageType, gpa: number, size: number): void {
    for (let offset = 0; offset < size; offset += pageSize) this.add(type, gpa + offset);
  }

  /** The digest so far, 48 bytes lower-case hex. */
  digest(): string {
    return this.info.toString("hex", 0, digestBytes);
  }
}

/** SHA-384 of a page's 4,096 bytes. */
export function pageDigest(page: Uint8Array): Uint8Array {
  return hash("sha384", page, "buffer");
}
