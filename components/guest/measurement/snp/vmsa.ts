import { pageSize } from "./pageChain";

/** Who starts the guest: their first register values differ. */
export type Vmm = "qemu" | "ec2" | "gce";

export interface VmsaArgs {
  /** Where this vCPU begins. */
  readonly eip: number;
  /** CPUID 1 EAX (`cpuSignature`). Counts with QEMU alone. */
  readonly cpuSignature: number;
  /** SEV_FEATURES of the guest. */
  readonly guestFeatures: bigint;
  readonly vmm: Vmm;
}

/** Where the first vCPU begins: the x86 reset vector. */
export const bspEip = 0xfffffff0;

/** What differs. Source of `ec2` and `gce`: sev-snp-measure 0.0.13 (vmsa.py); of `qemu` also QEMU and KVM. */
interface Differences {
  readonly bspCs: number;
  readonly ss: number;
  readonly tr: number;
  readonly pat: bigint;
  /** Undefined: the CPU signature. */
  readonly rdx?: number;
  readonly mxcsr: number;
  readonly fcw: number;
}
const differences: Record<Vmm, Differences> = {
  qemu: { bspCs: 0x9b, ss: 0x93, tr: 0x8b, pat: 0x0007040600070406n, mxcsr: 0x1f80, fcw: 0x37f },
  ec2: { bspCs: 0x9a, ss: 0x92, tr: 0x83, pat: 0x0007040600070406n, rdx: 0x600, mxcsr: 0, fcw: 0 },
  gce: { bspCs: 0x9b, ss: 0x93, tr: 0x8b, pat: 0x00070106n, rdx: 0x600, mxcsr: 0, fcw: 0 },
};

export const vmms = Object.keys(differences) as readonly Vmm[];

/**
 * The page with a vCPU's first registers (VMSA), 4,096 bytes, as measured. Offsets: AMD64 APM volume 2, table B-4; all
 * that is not written is zero.
 */
export function vmsaPage({ eip, cpuSignature, guestFeatures, vmm }: VmsaArgs): Buffer {
  const { bspCs, ss, tr, pat, rdx = cpuSignature, mxcsr, fcw } = differences[vmm];
  const page = Buffer.alloc(pageSize);
  const segment = (offset: number, attributes: number, selector = 0, base = 0) => {
    page.writeUInt16LE(selector, offset);
    page.writeUInt16LE(attributes, offset + 2);
    page.writeUInt32LE(0xffff, offset + 4);
    page.writeUInt32LE(base, offset + 8);
  };
  segment(0x00, 0x93); // ES
  segment(0x10, eip === bspEip ? bspCs : 0x9b, 0xf000, (eip & 0xffff0000) >>> 0); // CS
  segment(0x20, ss); // SS
  for (const offset of [0x30, 0x40, 0x50]) segment(offset, 0x93); // DS, FS, GS
  segment(0x60, 0); // GDTR
  segment(0x70, 0x82); // LDTR
  segment(0x80, 0); // IDTR
  segment(0x90, tr); // TR
  page.writeUInt32LE(0x1000, 0xd0); // EFER: SVME, set by KVM
  page.writeUInt32LE(0x40, 0x148); // CR4: MCE, set by KVM
  page.writeUInt32LE(0x10, 0x158); // CR0
  page.writeUInt32LE(0x400, 0x160); // DR7
  page.writeUInt32LE(0xffff0ff0, 0x168); // DR6
  page.writeUInt32LE(0x2, 0x170); // RFLAGS
  page.writeUInt32LE(eip & 0xffff, 0x178); // RIP
  page.writeBigUInt64LE(pat, 0x268); // G_PAT
  page.writeUInt32LE(rdx, 0x310); // RDX
  page.writeBigUInt64LE(guestFeatures, 0x3b0); // SEV_FEATURES
  page.writeUInt32LE(0x1, 0x3e8); // XCR0
  page.writeUInt32LE(mxcsr, 0x408); // MXCSR
  page.writeUInt16LE(fcw, 0x410); // x87 control word
  return page;
}
