import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mrTd } from "../../../../../components/guest/measurement/tdx/mrTd";
import { parseTdvf } from "../../../../../components/guest/measurement/tdx/tdvf";
import type { TdvfRow } from "../../../../../tooling/oracles/tdxImages";
import { syntheticTdvf, syntheticTdvfs } from "../../../../../tooling/oracles/tdxImages";
import { absence, upstream } from "../../../../support/upstream";

const bfv = { dataOffset: 0x1000, dataBytes: 0x1000, gpa: 0xfffff000, memoryBytes: 0x1000, type: 0, attributes: 1 };
const temp = { dataOffset: 0, dataBytes: 0, gpa: 0x800000, memoryBytes: 0x1000, type: 3, attributes: 0 };
const build = (...rows: readonly TdvfRow[]) => syntheticTdvf({ name: "test", sizeBytes: 0x3000, rows });
const descriptorAt = (firmware: Buffer) => firmware.lastIndexOf("TDVF");

describe("parseTdvf", () => {
  it("reads the sections in the order of the firmware", () => {
    expect(parseTdvf(build(bfv, { ...temp, attributes: 2 }))).toEqual([
      {
        ...{ dataOffset: 0x1000, dataBytes: 0x1000, gpa: 0xfffff000, memoryBytes: 0x1000, type: 0 },
        ...{ measured: true, addedLater: false },
      },
      {
        ...{ dataOffset: 0, dataBytes: 0, gpa: 0x800000, memoryBytes: 0x1000, type: 3 },
        ...{ measured: false, addedLater: true },
      },
    ]);
  });

  it.each([
    ["has an unknown type", { ...bfv, type: 7 }],
    ["does not consist of whole pages", { ...bfv, gpa: 0xfffff001 }],
    ["does not consist of whole pages", { ...bfv, memoryBytes: 0x1001 }],
    ["does not consist of whole pages", { ...temp, gpa: 2n ** 63n }],
    ["does not consist of whole pages", { ...temp, memoryBytes: 2n ** 64n - 4096n }],
    ["ends outside of a guest's memory", { ...temp, gpa: 2 ** 53 - 4096, memoryBytes: 0x2000 }],
    ["has 8192 bytes of content for 4096 bytes of memory", { ...bfv, dataBytes: 0x2000 }],
    ["has its content outside of the file", { ...bfv, dataOffset: 0x2001 }],
    ["has its content outside of the file", { ...bfv, dataOffset: 0xffff_ffff }],
    ["has no content", { ...bfv, dataBytes: 0 }],
    ["has content, and may have none", { ...temp, dataBytes: 16 }],
    ["has content for only 2048 of its 4096 bytes", { ...bfv, dataBytes: 0x800 }],
    ["depends on the guest's memory", { ...temp, type: 2, attributes: 1 }],
    ["to be added later", { ...bfv, attributes: 3 }],
    ["more than 64 MiB", { ...temp, memoryBytes: 2 ** 40 }],
  ] satisfies [string, TdvfRow][])("refuses a section that cannot be measured: it %s", (problem, row) => {
    expect(() => parseTdvf(build(row, temp))).toThrow(/^firmware: its TDX metadata cannot be used \(/);
    expect(() => parseTdvf(build(row, temp))).toThrow(problem);
  });

  it("refuses what together is more than any TDVF has", () => {
    const part = { ...temp, memoryBytes: 0x200_0000 };
    expect(parseTdvf(build(part, part))).toHaveLength(2);
    expect(() => parseTdvf(build(part, part, temp))).toThrow("more than 64 MiB");
  });

  it.each([
    ["another signature", 0, 0x58585858, 'does not start with "TDVF"'],
    ["another length", 4, 81, "do not have the 81 bytes"],
    ["another version", 8, 2, "its version is 2"],
    ["a huge number of sections", 12, 0xffff_ffff, "4294967295 sections; at most 256"],
    ["more sections than bytes", 12, 200, "200 sections do not have"],
  ])("refuses a descriptor with %s", (_, at, value, problem) => {
    const firmware = build(bfv, temp);
    firmware.writeUInt32LE(value, descriptorAt(firmware) + at);
    expect(() => parseTdvf(firmware)).toThrow(problem);
  });

  it("refuses a single section, as QEMU does", () => {
    expect(() => parseTdvf(build(bfv))).toThrow("it has 1 sections; QEMU wants at least two");
  });

  it.each([0, 15, 0x3001, 0xffff_ffff])("refuses a descriptor %i bytes before the end", (fromEnd) => {
    const firmware = build(bfv, temp);
    const table = Buffer.from("35657ae44a989847865e4685a7bf8ec2", "hex");
    firmware.writeUInt32LE(fromEnd, firmware.lastIndexOf(table) - 6);
    expect(() => parseTdvf(firmware)).toThrow(/^firmware: its TDX metadata cannot be used/);
  });

  it.skipIf(!upstream("evidence/ovmf_AmdSev_suffix.bin"))(
    `says that a firmware is for SNP only${absence("evidence/ovmf_AmdSev_suffix.bin")}`,
    () => {
      const suffix = readFileSync(upstream("evidence/ovmf_AmdSev_suffix.bin")!);
      expect(() => parseTdvf(suffix)).toThrow(/^firmware: /);
    },
  );

  const outcome = (bytes: Uint8Array) => {
    try {
      mrTd(bytes, "interleaved");
    } catch (error) {
      expect(error).not.toBeInstanceOf(RangeError);
      expect((error as Error).message).toMatch(/^firmware: .*; (use|name) /);
    }
  };

  it("measures or refuses any bytes, in one sentence", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), outcome));
  });

  it("measures or refuses a firmware with changed bytes, in one sentence", () => {
    const firmware = syntheticTdvf(syntheticTdvfs[1]!);
    const interesting = descriptorAt(firmware);
    const change = fc.record({ at: fc.integer({ min: interesting, max: firmware.length - 1 }), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const copy = Buffer.from(firmware);
        for (const { at, value } of changes) copy[at] = value;
        outcome(copy);
      }),
      { numRuns: 300 },
    );
  });

  it("measures or refuses any section in bounded time", () => {
    const field = fc.oneof(fc.nat(0xffff_ffff), fc.constantFrom(0, 0x1000, 0x2000, 0xffff_f000));
    const wide = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.constantFrom(0n, 4096n, 2n ** 26n, 2n ** 63n),
    );
    const row = fc.record({
      ...{ dataOffset: field, dataBytes: field, gpa: wide, memoryBytes: wide },
      ...{ type: fc.nat(5), attributes: fc.nat(4) },
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 5 }), (rows) => outcome(build(...rows))),
      { numRuns: 200 },
    );
  });
});
