import { createHash } from "node:crypto";

/** Bytes of a register and of each digest that extends it. */
const digestBytes = 48;
const digestPattern = /^[0-9a-f]{96}$/;

/** What a register holds before anything extended it. */
export const emptyRegister = "0".repeat(digestBytes * 2);

/** One event after another: new = SHA-384(old ‖ digest). All lower-case hex. */
export function extend(register: string, digest: string): string {
  for (const [what, value] of Object.entries({ register, digest }))
    if (!digestPattern.test(value))
      throw new Error(`RTMR: the ${what} "${value}" is no SHA-384; write 96 digits of lower-case hex`);
  return createHash("sha384").update(register, "hex").update(digest, "hex").digest("hex");
}

/**
 * What a firmware measures around a kernel, in order. Digests are of the text as it stands, without an ending zero.
 * Source: edk2 OvmfPkg/Tcg/TdTcg2Dxe/TdTcg2Dxe.c (edk2-stable202511).
 */
const aroundKernel = [
  Buffer.from("Calling EFI Application from Boot Option", "latin1"),
  // The separator between what came before the boot and the boot.
  Buffer.alloc(4),
  Buffer.from("Exit Boot Services Invocation", "latin1"),
  Buffer.from("Exit Boot Services Returned with Success", "latin1"),
].map(sha384);

/**
 * RTMR1 of a guest whose kernel QEMU hands over itself (`-kernel`): the kernel's digest as UEFI measures it
 * (`authenticodeSha384`), then what the firmware measures around each.
 *
 * Holds for OVMF's IntelTdx and X64 builds of edk2-stable202411 and later. Not for UKIs and boot loaders, nor for shim.
 */
export function rtmr1(kernelAuthenticode: string): string {
  return [kernelAuthenticode, ...aroundKernel].reduce(extend, emptyRegister);
}

export interface Rtmr2Inputs {
  /** QEMU's `-append`, as it is. */
  readonly commandLine: string;
  /** SHA-384 of the initrd file, hex. Absent: QEMU gets no `-initrd`. */
  readonly initrdSha384?: string;
  /**
   * Where the firmware puts its own `initrd=initrd` where there is an initrd: `before` the command line since
   * edk2-stable202508, `after` it until edk2-stable202505. Default `before`; Kata 3.29.0 and later have 202511.
   */
  readonly initrdToken?: "before" | "after";
}

/**
 * RTMR2 of a guest whose kernel QEMU hands over itself. Linux (6.9 and later) measures it, in its EFI stub: the load
 * options, which are the command line as UTF-16LE with an ending zero, and the initrd where there is one.
 *
 * Sources: Linux drivers/firmware/efi/libstub/efi-stub-helper.c (load options, initrd); edk2
 * OvmfPkg/Library/X86QemuLoadImageLib (edk2-stable202511).
 */
export function rtmr2({ commandLine, initrdSha384, initrdToken = "before" }: Rtmr2Inputs): string {
  checkCommandLine(commandLine);
  if (initrdSha384 === undefined) {
    // The firmware then passes no load options, and what Linux measures of none was never seen.
    if (!commandLine) throw new Error("RTMR2: the kernel command line is empty; write the one that QEMU gets");
    return extend(emptyRegister, loadOptions(commandLine));
  }
  const options = initrdToken === "before" ? `initrd=initrd ${commandLine}` : `${commandLine} initrd=initrd`;
  return extend(extend(emptyRegister, loadOptions(options)), initrdSha384);
}

function loadOptions(text: string): string {
  return sha384(Buffer.from(`${text}\0`, "utf16le"));
}

/** The firmware widens each byte to 16 bits; beyond ASCII that is no longer the text, and a zero would end it. */
function checkCommandLine(commandLine: string): void {
  const bad = /[^\x20-\x7e\t]/u.exec(commandLine);
  if (bad)
    throw new Error(
      `RTMR2: the kernel command line has the character U+${codePoint(bad[0])} at position ${bad.index}; ` +
        "write printable ASCII",
    );
}

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

function sha384(bytes: Uint8Array): string {
  return createHash("sha384").update(bytes).digest("hex");
}
