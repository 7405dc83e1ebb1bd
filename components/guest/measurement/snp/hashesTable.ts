import { createHash } from "node:crypto";
import { guidBytes } from "./guid";
import { pageSize } from "./pageChain";

/** The kernel that QEMU loads directly (`-kernel`, with `kernel-hashes=on`). */
export interface SnpKernel {
  /** SHA-256 of the kernel file as QEMU hands it over, hex. */
  readonly sha256: string;
  /** SHA-256 of the initrd file, hex. Default: none, measured as an empty one. */
  readonly initrdSha256?: string;
  /** Text of `-append`, to the byte. */
  readonly commandLine: string;
}

/** Source: QEMU target/i386/sev.c and edk2 OvmfPkg/AmdSev/BlobVerifierLibSevHashes (edk2-stable202508). */
const guids = {
  table: "9438d606-4f22-4cc9-b479-a793d411fd21",
  commandLine: "97d02dd8-bd20-4c94-aa78-e7714d36ab2a",
  initrd: "44baf731-3a2f-4bd7-9af1-41e29169781d",
  kernel: "4de79437-abd2-427f-b835-d5b172d2045b",
};
const headerBytes = 18;
const entryBytes = headerBytes + 32;
const tableBytes = headerBytes + 3 * entryBytes;
/** Filled with zeros to a multiple of 16. */
const paddedBytes = Math.ceil(tableBytes / 16) * 16;

/** The table by which the firmware checks kernel, initrd and command line: 176 bytes. */
export function hashesTable({ sha256, initrdSha256, commandLine }: SnpKernel): Buffer {
  const entries = [
    // QEMU hands the command line over with the zero byte that ends it.
    entry(
      guids.commandLine,
      createHash("sha256")
        .update(`${checkedCommandLine(commandLine)}\0`)
        .digest(),
    ),
    entry(guids.initrd, initrdSha256 === undefined ? createHash("sha256").digest() : digest("initrd", initrdSha256)),
    entry(guids.kernel, digest("kernel", sha256)),
  ];
  const table = Buffer.concat([header(guids.table, tableBytes), ...entries]);
  return Buffer.concat([table, Buffer.alloc(paddedBytes - table.length)]);
}

/** The page that holds the table where the firmware looks for it, and zeros elsewhere. */
export function hashesPage(kernel: SnpKernel, tableGpa: number): Buffer {
  const offset = tableGpa % pageSize;
  if (offset + paddedBytes > pageSize)
    throw new Error(
      `firmware: its hashes table at 0x${tableGpa.toString(16)} would not fit into the page; use an OVMF built for SEV-SNP`,
    );
  const page = Buffer.alloc(pageSize);
  page.set(hashesTable(kernel), offset);
  return page;
}

function entry(guid: string, content: Uint8Array): Buffer {
  return Buffer.concat([header(guid, entryBytes), content]);
}

function header(guid: string, size: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.set(guidBytes(guid));
  bytes.writeUInt16LE(size, headerBytes - 2);
  return bytes;
}

function digest(what: string, hex: string): Buffer {
  if (!/^[0-9a-f]{64}$/.test(hex))
    throw new Error(`${what}: "${hex}" is no SHA-256; write the file's digest as 64 lower-case hex digits`);
  return Buffer.from(hex, "hex");
}

function checkedCommandLine(text: string): string {
  // Neither survives the way to QEMU: what would be measured is not what is written.
  if (/\0|\p{Surrogate}/u.test(text))
    throw new Error(`command line: ${JSON.stringify(text)} has a zero byte or half a character; write plain text`);
  return text;
}
