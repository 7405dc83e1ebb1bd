import { createHash } from "node:crypto";
import { cpuSignatures } from "../../components/guest/measurement/snp/cpuTypes";
import { vmms } from "../../components/guest/measurement/snp/vmsa";
import type { Vmm } from "../../components/guest/measurement/snp/vmsa";

/** One measurement to compare. Kernel and initrd are numbers of `kernels` and `initrds`. */
export interface SnpCombination {
  readonly firmware: string;
  /** Whether the firmware's pages are measured, or a digest of them is given: `--snp-ovmf-hash`. */
  readonly from: "firmware" | "seed";
  readonly kernel?: { readonly kernel: number; readonly initrd?: number; readonly commandLine: string };
  readonly vcpus: number;
  readonly cpuType: string;
  readonly guestFeatures: bigint;
  readonly vmm: Vmm;
}

/** SIMULATED files: only their digests count. */
export const kernels: readonly Buffer[] = ["", "SIMULATED kernel", "x".repeat(100_000)].map((text) =>
  Buffer.from(text),
);
export const initrds: readonly Buffer[] = ["SIMULATED initrd", "\0".repeat(5000)].map((text) => Buffer.from(text));

const verity =
  'dm-mod.create="dm-verity,,,ro,0 524288 verity 1 /dev/vda1 /dev/vda2 4096 4096 65536 0 sha256 ' +
  `${"0a".repeat(32)} ${"b1".repeat(32)}"`;
const commandLines = [
  "",
  "console=ttyS0",
  `tsc=reliable no_timer_check net.ifnames=0 pci=lastbus=0 ${verity} root=/dev/dm-0 rootflags=ro rootfstype=erofs`,
  " two  spaces and a tab\t ",
  "größe=€ 🏭",
  `long=${"ab ".repeat(3000)}`,
];
/** SNP alone, debug swap, secure TSC, and the highest bits. */
const features = [0x1n, 0x1n, 0x21n, 0x201n, 0x8000000000000001n, 0xffffffffffffffffn];
const vcpuCounts = [1, 1, 2, 3, 4, 5, 8, 16, 17, 24, 31, 32, 33, 48, 63, 64];

export interface CombinationArgs {
  readonly count: number;
  /** Firmware names, and whether each checks kernel hashes. */
  readonly firmwares: readonly { readonly name: string; readonly kernelHashes: boolean }[];
}

/** Combinations that look arbitrary and are the same each time; firmwares and VMMs take turns, so that none is missed. */
export function snpCombinations({ count, firmwares }: CombinationArgs): SnpCombination[] {
  return Array.from({ length: count }, (_, index) => {
    const bytes = createHash("sha256").update(`combination ${index}`).digest();
    const pick = <T>(byte: number, list: readonly T[]): T => list[bytes[byte]! % list.length]!;
    const { name, kernelHashes } = firmwares[index % firmwares.length]!;
    // Where kernels cannot be checked both must refuse one; that is worth a few cases only.
    const withKernel = kernelHashes ? bytes[0]! % 4 !== 0 : bytes[0]! % 8 === 0;
    const initrd = pick(2, [undefined, ...initrds.keys()]);
    const kernel = { kernel: pick(1, [...kernels.keys()]), initrd, commandLine: pick(3, commandLines) };
    return {
      firmware: name,
      from: bytes[4]! % 4 === 0 ? "seed" : "firmware",
      ...(withKernel ? { kernel } : {}),
      vcpus: pick(5, vcpuCounts),
      cpuType: pick(6, Object.keys(cpuSignatures)),
      guestFeatures: pick(7, features),
      vmm: vmms[Math.floor(index / firmwares.length) % vmms.length]!,
    };
  });
}

/** What `from: "seed"` starts from: any digest will do. */
export function someSeed(firmware: string): string {
  return createHash("sha384").update(`SIMULATED firmware digest of ${firmware}`).digest("hex");
}
