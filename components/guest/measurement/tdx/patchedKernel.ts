/** What QEMU's rewriting of a kernel depends on, beside the kernel. */
export interface PatchInputs {
  /** QEMU's `-append`; only a `vga=` in it matters. */
  readonly commandLine?: string;
  /** Absent: QEMU gets no `-initrd`; then the guest's memory does not matter either. */
  readonly initrd?: {
    /** Bytes of the initrd file. */
    readonly bytes: number;
    /** The guest's memory, MiB: it decides where QEMU would place the initrd. */
    readonly memoryMib: number;
  };
}

/**
 * A kernel as QEMU up to 10.1 hands it to the firmware of a TDX guest: with the fields of its setup header filled that a
 * boot loader fills. The firmware measures these bytes, so RTMR1 has the digest of the patched kernel:
 * `rtmr1(authenticodeSha384(patchedKernel(kernel, …)))`.
 *
 * QEMU 10.2 and later hand confidential guests the file as it is (commit a7542a38f399, 2025-08-27), and so does QEMU 10.0
 * and later to OVMF of edk2-stable202502 and later, which takes the untouched copy `etc/boot/kernel` where it is offered.
 * Kata's QEMU for TDX with GPUs is based on 10.2 (kata-containers pull request 12299), its OVMF on edk2-stable202511:
 * launch profiles do not need this. It is for hosts with a QEMU of their own.
 *
 * Source: QEMU hw/i386/x86-common.c, x86_load_linux (10.1); pc_q35.c and pc.c for the memory below 4 GiB (q35).
 */
export function patchedKernel(kernel: Uint8Array, { commandLine = "", initrd }: PatchInputs = {}): Buffer {
  const bytes = Buffer.from(kernel);
  checkKernel(bytes);
  bytes.writeUInt32LE(commandLineAddress, 0x228); // cmd_line_ptr
  const vga = videoMode(commandLine);
  if (vga !== undefined) bytes.writeUInt16LE(vga, 0x1fa); // vid_mode
  bytes.writeUInt8(0xb0, 0x210); // type_of_loader: QEMU
  bytes.writeUInt8(bytes.readUInt8(0x211) | 0x80, 0x211); // loadflags: CAN_USE_HEAP
  bytes.writeUInt16LE(commandLineAddress - realModeAddress - 0x200, 0x224); // heap_end_ptr
  if (initrd) {
    bytes.writeUInt32LE(initrdAddress(bytes, initrd), 0x218); // ramdisk_image
    bytes.writeUInt32LE(initrd.bytes, 0x21c); // ramdisk_size
  }
  return bytes;
}

const realModeAddress = 0x10000;
const commandLineAddress = 0x20000;
/** Space that QEMU leaves below 4 GiB: 0x20000 for ACPI, 0x8000 more since machine version 2.x. */
const acpiBytes = 0x28000;
const mib = 2 ** 20;

function checkKernel(bytes: Buffer): void {
  if (bytes.length < 0x1000 || bytes.toString("latin1", 0x202, 0x206) !== "HdrS")
    throw new Error("kernel: it has no Linux setup header; name a bzImage");
  const protocol = bytes.readUInt16LE(0x206);
  // EFI stubs came with 2.11; for older or low kernels QEMU chooses other addresses.
  if (protocol < 0x20b || !(bytes.readUInt8(0x211) & 1))
    throw new Error(
      `kernel: it has the boot protocol ${protocol >> 8}.${protocol & 0xff}; name a bzImage of 2.11 or later`,
    );
  const setupBytes = ((bytes.readUInt8(0x1f1) || 4) + 1) * 512;
  if (setupBytes > bytes.length || setupBytes < 0x400)
    throw new Error(`kernel: its setup part of ${setupBytes} bytes cannot be; name a bzImage as it was built`);
}

function initrdAddress(kernel: Buffer, { bytes, memoryMib }: NonNullable<PatchInputs["initrd"]>): number {
  if (!Number.isInteger(bytes) || bytes < 1 || !Number.isInteger(memoryMib) || memoryMib < 1)
    throw new Error(`kernel: an initrd of ${bytes} bytes in ${memoryMib} MiB cannot be; write whole numbers above 0`);
  const memory = memoryMib * mib;
  const belowFourGib = Math.min(memory, memory >= 0xb000_0000 ? 0x8000_0000 : 0xb000_0000);
  // XLF_CAN_BE_LOADED_ABOVE_4G, since protocol 2.12; else the kernel says itself (initrd_addr_max).
  const anywhere = kernel.readUInt16LE(0x206) >= 0x20c && (kernel.readUInt16LE(0x236) & 2) !== 0;
  const end = Math.min(anywhere ? 0xffff_ffff : kernel.readUInt32LE(0x22c), belowFourGib - acpiBytes - 1);
  if (bytes >= end) throw new Error(`kernel: an initrd of ${bytes} bytes has no room in ${memoryMib} MiB of memory`);
  return Math.floor((end - bytes) / 4096) * 4096;
}

/** QEMU itself acts on `vga=` anywhere in the command line, be it part of another parameter. */
function videoMode(commandLine: string): number | undefined {
  const found = /vga=([^ ]*)/.exec(commandLine);
  if (!found) return undefined;
  const [, value = ""] = found;
  const named = [
    ["normal", 0xffff],
    ["ext", 0xfffe],
    ["ask", 0xfffd],
  ] as const;
  for (const [name, mode] of named) if (value.startsWith(name)) return mode;
  if (!/^(0x[0-9a-f]{1,8}|0[0-7]*|[1-9]\d{0,8})$/i.test(value))
    throw new Error(`kernel command line: QEMU does not start with "vga=${value}"; write a number, normal, ext or ask`);
  const octal = /^0\d/.test(value);
  return (octal ? parseInt(value, 8) : Number(value)) % 0x10000;
}
