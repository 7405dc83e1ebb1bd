import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patchedKernel } from "../../../../../components/guest/measurement/tdx/patchedKernel";

/** SIMULATED: a setup header alone, with what a bzImage of Linux 6 has in the fields that matter. */
function kernel(fields: Partial<{ protocol: number; loadFlags: number; xloadFlags: number; initrdMax: number }> = {}) {
  const { protocol = 0x20f, loadFlags = 1, xloadFlags = 0x7f, initrdMax = 0x7fff_ffff } = fields;
  const bytes = Buffer.alloc(0x4000, 0xcc);
  bytes.writeUInt8(0x1f, 0x1f1);
  bytes.write("HdrS", 0x202, "latin1");
  bytes.writeUInt16LE(protocol, 0x206);
  bytes.writeUInt8(0, 0x210);
  bytes.writeUInt8(loadFlags, 0x211);
  bytes.fill(0, 0x218, 0x220);
  bytes.writeUInt16LE(0x50a0, 0x224);
  bytes.writeUInt32LE(0, 0x228);
  bytes.writeUInt32LE(initrdMax, 0x22c);
  bytes.writeUInt16LE(xloadFlags, 0x236);
  return Buffer.concat([bytes, Buffer.alloc(0x1000)]);
}

/** Where two of the same length differ, with the bytes of the second. */
function changes(before: Buffer, after: Buffer): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at < before.length; at++)
    if (before[at] !== after[at]) found[at.toString(16)] = after.toString("hex", at, at + 1);
  return found;
}

describe("patchedKernel", () => {
  // Measured on a real guest, an initrd of 0xa962c0 bytes: Dstack-TEE/dstack pull request 1189, 2026-09-07.
  it("changes the bytes that QEMU was seen to change", () => {
    const before = kernel();
    const after = patchedKernel(before, { initrd: { bytes: 0xa962c0, memoryMib: 4096 } });
    expect(changes(before, after)).toEqual({
      ...{ 210: "b0", 211: "81" },
      ...{ 219: "10", "21a": "54", "21b": "7f", "21c": "c0", "21d": "62", "21e": "a9" },
      ...{ 224: "00", 225: "fe" },
      "22a": "02",
    });
  });

  it("needs no memory size without an initrd", () => {
    const before = kernel();
    expect(Object.keys(changes(before, patchedKernel(before)))).toEqual(["210", "211", "224", "225", "22a"]);
  });

  it.each([
    // Memory below 4 GiB ends at 2 GiB for large guests and at 2.75 GiB for others; 0x28000 bytes of it are kept free.
    { memoryMib: 512, initrd: 0x1000, address: 0x1ffd_6000 },
    { memoryMib: 2048, initrd: 0x1000, address: 0x7ffd_6000 },
    { memoryMib: 2815, initrd: 0x1000, address: 0xafed_6000 },
    { memoryMib: 2816, initrd: 0x1000, address: 0x7ffd_6000 },
    { memoryMib: 1_048_576, initrd: 0x1001, address: 0x7ffd_6000 },
  ])("places an initrd in $memoryMib MiB of memory", ({ memoryMib, initrd, address }) => {
    const after = patchedKernel(kernel(), { initrd: { bytes: initrd, memoryMib } });
    expect(after.readUInt32LE(0x218).toString(16)).toBe(address.toString(16));
    expect(after.readUInt32LE(0x21c)).toBe(initrd);
  });

  it("obeys a kernel that says how high an initrd may lie", () => {
    const old = kernel({ xloadFlags: 1, initrdMax: 0x37ff_ffff });
    const after = patchedKernel(old, { initrd: { bytes: 0x1000, memoryMib: 4096 } });
    expect(after.readUInt32LE(0x218)).toBe(0x37ff_e000);
  });

  it.each([
    ["vga=normal", 0xffff],
    ["quiet vga=ext4", 0xfffe],
    ["vga=ask", 0xfffd],
    ["vga=791 quiet", 791],
    ["nvga=0x317", 0x317],
    ["vga=017", 15],
  ])("takes the video mode of %j, as QEMU does", (commandLine, mode) => {
    expect(patchedKernel(kernel(), { commandLine }).readUInt16LE(0x1fa)).toBe(mode);
  });

  it("leaves what it is given", () => {
    const before = kernel();
    const copy = Buffer.from(before);
    patchedKernel(before, { commandLine: "vga=1" });
    expect(before.equals(copy)).toBe(true);
  });

  it.each([
    { what: "no setup header", bytes: Buffer.alloc(0x2000) },
    { what: "a short file", bytes: kernel().subarray(0, 0xfff) },
    { what: "an old boot protocol", bytes: kernel({ protocol: 0x20a }) },
    { what: "a low kernel", bytes: kernel({ loadFlags: 0 }) },
    { what: "half a setup part", bytes: kernel().subarray(0, 0x3000) },
  ])("refuses $what", ({ bytes }) => {
    expect(() => patchedKernel(bytes)).toThrow(/^kernel: .*; name a bzImage/);
  });

  it.each([
    { bytes: 0, memoryMib: 4096 },
    { bytes: 1.5, memoryMib: 4096 },
    { bytes: 1, memoryMib: 0 },
    { bytes: 0x4000_0000, memoryMib: 512 },
  ])("refuses an initrd of $bytes bytes in $memoryMib MiB", (initrd) => {
    expect(() => patchedKernel(kernel(), { initrd })).toThrow(/^kernel: an initrd of /);
  });

  it("refuses a video mode that QEMU refuses", () => {
    expect(() => patchedKernel(kernel(), { commandLine: "vga=large" })).toThrow(/^kernel command line: QEMU does not/);
  });

  it("patches or refuses any bytes", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 0x1000, maxLength: 0x1800 }),
        fc.nat(0x1000),
        fc.nat(255),
        (bytes, at, value) => {
          const header = kernel().subarray(0, 0x300);
          bytes.set(header);
          bytes[at % bytes.length] = value;
          try {
            expect(patchedKernel(bytes)).toHaveLength(bytes.length);
          } catch (error) {
            expect((error as Error).message).toMatch(/^kernel: /);
          }
        },
      ),
    );
  });
});
