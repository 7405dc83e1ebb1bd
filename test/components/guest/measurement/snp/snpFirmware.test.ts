import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { SevSection } from "../../../../../components/guest/measurement/snp/sevMetadata";
import { snpFirmware, snpFirmwareFrom } from "../../../../../components/guest/measurement/snp/snpFirmware";
import { syntheticFirmware, syntheticFirmwares, withEnd } from "../../../../../tooling/oracles/syntheticFirmware";
import type { SyntheticFirmware } from "../../../../../tooling/oracles/syntheticFirmware";
import { absence, upstream } from "../../../../support/upstream";

vi.setConfig({ testTimeout: 60_000 });

const like = syntheticFirmwares[0]!;
const page = 4096;

function refusal(change: Partial<SyntheticFirmware>): () => unknown {
  return () => snpFirmware(syntheticFirmware({ ...like, ...change }));
}

async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncIterable<Uint8Array> {
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length]!;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

describe("an OVMF firmware", () => {
  it.each(syntheticFirmwares.map((each) => [each.name, each] as const))("is read as it was made: %s", (_, made) => {
    const bytes = syntheticFirmware(made);
    const read = snpFirmware(bytes);
    expect(read.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(read.sizeBytes).toBe(made.sizeBytes);
    expect(read.sections).toEqual(made.sections);
    expect(read.apResetEip).toBe(made.apResetEip);
    expect(read.hashesTableGpa).toBe(made.hashesTableGpa || undefined);
  });

  const amdSev = "evidence/ovmf_AmdSev_suffix.bin";
  it.skipIf(!upstream(amdSev))(`reads the end of a published AmdSev build${absence(amdSev)}`, () => {
    const read = snpFirmware(withEnd("AmdSev", 2 * page, readFileSync(upstream(amdSev)!)));
    expect(read).toMatchObject({ apResetEip: 0x80b004, hashesTableGpa: 0x810c00 });
    expect(read.sections.map(({ gpa, size, type }) => [gpa, size, type])).toEqual([
      [0x800000, 0x9000, 1],
      [0x80a000, 0x3000, 1],
      [0x80d000, 0x1000, 2],
      [0x80e000, 0x1000, 3],
      [0x80f000, 0x1000, 4],
      [0x810000, 0x1000, 0x10],
      [0x811000, 0xf000, 1],
    ]);
  });

  const x64 = "evidence/ovmf_OvmfX64_suffix.bin";
  it.skipIf(!upstream(x64))(`reads that OvmfPkgX64 checks no hashes${absence(x64)}`, () => {
    const read = snpFirmware(readFileSync(upstream(x64)!));
    expect(read.hashesTableGpa).toBeUndefined();
    expect(read.sections.map(({ type }) => type)).not.toContain(0x10);
  });

  it("is the same however it is cut into pieces", async () => {
    const bytes = syntheticFirmware({ ...like, sizeBytes: 0x8000 });
    const whole = snpFirmware(bytes);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 3 * page }), { minLength: 1, maxLength: 9 }),
        async (sizes) => {
          expect(await snpFirmwareFrom(pieces(bytes, sizes), bytes.length)).toEqual(whole);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("is read when its end is a small part of it", async () => {
    const bytes = syntheticFirmware({ ...like, sizeBytes: 4 * 2 ** 20 });
    const read = await snpFirmwareFrom(pieces(bytes, [65_536, 1]), bytes.length);
    expect(read).toEqual(snpFirmware(bytes));
    expect(read.sections).toEqual(like.sections);
  });

  it("changes its seed with each byte and each move", () => {
    const bytes = syntheticFirmware(like);
    const changed = Buffer.from(bytes);
    changed[7]! ^= 1;
    const longer = Buffer.concat([Buffer.alloc(page), bytes]);
    expect(new Set([bytes, changed, longer].map((each) => snpFirmware(each).seed)).size).toBe(3);
  });

  it.each<[string, () => unknown, RegExp]>([
    ["an empty file", () => snpFirmware(Buffer.alloc(0)), /has 0 bytes; name an OVMF file/],
    ["a file of part of a page", () => snpFirmware(Buffer.alloc(page + 1)), /has 4097 bytes/],
    ["more than 16 MiB", () => snpFirmware(Buffer.alloc(2 ** 24 + page)), /at most 16 MiB/],
    ["no OVMF", () => snpFirmware(Buffer.alloc(page)), /does not end with a table of GUIDs/],
    ["a start of further vCPUs at 0", refusal({ apResetEip: 0 }), /does not say where further vCPUs begin/],
    ["no sections", refusal({ sections: [] }), /no section, and QEMU starts no SNP guest/],
    ["a section of 4 GiB", refusal({ sections: [section(0, 0xfffff000, 1)] }), /more than 64 MiB/],
    ["many large sections", refusal({ sections: new Array(60).fill(section(0, 2 ** 21, 1)) }), /more than 64 MiB/],
    ["65 sections", refusal({ sections: new Array(65).fill(section(0, page, 1)) }), /has 65 sections/],
    ["a section above 4 GiB", refusal({ sections: [section(0xfffff000, 0x2000, 1)] }), /ends above 4 GiB/],
    ["an empty section", refusal({ sections: [section(0, 0, 1)] }), /whole pages/],
    ["part of a page", refusal({ sections: [section(0, 100, 1)] }), /whole pages/],
    ["an address inside of a page", refusal({ sections: [section(1, page, 1)] }), /whole pages/],
    ["an unknown type", refusal({ sections: [section(0, page, 5)] }), /unknown type; known are 1, 2, 3, 4, 16/],
    ["secrets of two pages", refusal({ sections: [section(0, 2 * page, 2)] }), /not exactly one page/],
  ])("refuses %s", (_, read, message) => {
    expect(read).toThrow(message);
  });

  it("refuses a file that is not as long as was said", async () => {
    const bytes = syntheticFirmware(like);
    await expect(snpFirmwareFrom(pieces(bytes, [page]), bytes.length - page)).rejects.toThrow(/but more came/);
    await expect(snpFirmwareFrom(pieces(bytes, [page]), bytes.length + page)).rejects.toThrow(
      /only 131072 of these came/,
    );
  });
});

function section(gpa: number, size: number, type: number): SevSection {
  return { gpa, size, type };
}
