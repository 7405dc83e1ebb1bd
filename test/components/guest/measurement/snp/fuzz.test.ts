import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { verifyIdBlock } from "../../../../../components/guest/measurement/snp/idBlock";
import { snpLaunchDigest } from "../../../../../components/guest/measurement/snp/launchDigest";
import { checkSections } from "../../../../../components/guest/measurement/snp/sevMetadata";
import { snpFirmware } from "../../../../../components/guest/measurement/snp/snpFirmware";
import { syntheticFirmware, syntheticFirmwares } from "../../../../../tooling/oracles/syntheticFirmware";
import { absence, upstream } from "../../../../support/upstream";

vi.setConfig({ testTimeout: 60_000 });

const page = 4096;
const clear = /^(firmware|ID block|ID authentication): .{10,}; (use|read|name|write|leave|give|make) /;

/** Either a result or one clear sentence, in bounded time; never a RangeError or a TypeError. */
function survives<T>(action: () => T, check: (result: T) => void = () => undefined): void {
  // Of this process alone: a busy machine makes nothing fail.
  const started = process.cpuUsage();
  let result: T | undefined;
  try {
    result = action();
  } catch (error) {
    expect((error as Error).constructor).toBe(Error);
    expect((error as Error).message).toMatch(clear);
  }
  if (result !== undefined) check(result);
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(2_000);
}

/** Changes some bytes, most of them in the last 256, where the table is. */
const changes = fc.array(
  fc.tuple(
    fc.oneof(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 1, max: page })),
    fc.integer({ max: 255, min: 0 }),
  ),
  { minLength: 1, maxLength: 12 },
);

function mutated(bytes: Uint8Array, list: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [fromEnd, value] of list) copy[copy.length - fromEnd] = value;
  return copy;
}

/** What a mutation leaves readable is measured, too. */
function readAndMeasure(bytes: Uint8Array): void {
  survives(
    () => snpFirmware(bytes),
    (firmware) => {
      const kernel = { sha256: "00".repeat(32), commandLine: "" };
      for (const inputs of [{}, { kernel }])
        survives(() => snpLaunchDigest({ firmware, ...inputs, vcpus: 2, cpuSignature: 0x800f12 }));
    },
  );
}

describe("hostile firmware", () => {
  it("ends in a clear error for any bytes", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => readAndMeasure(bytes)));
    const padded = fc.uint8Array({ maxLength: page, size: "max" });
    fc.assert(
      fc.property(padded, (bytes) => readAndMeasure(Buffer.concat([Buffer.alloc(page - bytes.length), bytes]))),
    );
  });

  it.each(syntheticFirmwares.map((each) => [each.name, each] as const))("survives mutations of %s", (_, made) => {
    const bytes = syntheticFirmware({ ...made, sizeBytes: page });
    fc.assert(
      fc.property(changes, (list) => readAndMeasure(mutated(bytes, list))),
      { numRuns: 400 },
    );
  });

  for (const name of ["evidence/ovmf_AmdSev_suffix.bin", "evidence/ovmf_OvmfX64_suffix.bin"])
    it.skipIf(!upstream(name))(`survives mutations of a published one${absence(name)}`, () => {
      const bytes = readFileSync(upstream(name)!);
      // The metadata is at 0x554 and 0x548 from the end: its numbers are hit on purpose.
      const metadata = fc.tuple(fc.integer({ min: 0x548 - 100, max: 0x554 }), fc.integer({ min: 0, max: 255 }));
      fc.assert(
        fc.property(changes, fc.array(metadata, { maxLength: 6 }), (table, sections) =>
          readAndMeasure(mutated(bytes, [...table.slice(0, 2), ...sections])),
        ),
        { numRuns: 600 },
      );
    });

  it("bounds the work that sections can cause", () => {
    const word = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 20 }).map((pages) => (pages * page) % 2 ** 32),
      fc.nat(),
    );
    const one = fc.record({ gpa: word, size: word, type: fc.constantFrom(1, 2, 3, 4, 0x10, 0, 7) });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 70 }), (sections) => {
        survives(
          () => {
            checkSections(sections);
            return sections.reduce((sum, { size }) => sum + size, 0);
          },
          (bytes) => expect(bytes).toBeLessThanOrEqual(64 * 2 ** 20),
        );
      }),
    );
  });
});

describe("hostile ID blocks", () => {
  it("end in a clear error for any text and any bytes", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (idBlock, idAuth) => survives(() => verifyIdBlock({ idBlock, idAuth }))),
    );
    const base64 = (size: number) =>
      fc
        .uint8Array({ minLength: size, maxLength: size, size: "max" })
        .map((bytes) => Buffer.from(bytes).toString("base64"));
    fc.assert(
      fc.property(base64(96), base64(4096), (idBlock, idAuth) => survives(() => verifyIdBlock({ idBlock, idAuth }))),
    );
  });
});
