import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authenticodeSha384 } from "../../../../../components/guest/measurement/tdx/authenticode";
import { syntheticPe, syntheticPes } from "../../../../../tooling/oracles/tdxImages";

/** Recorded from the crate authenticode 0.6.0 over the same bytes; `npm run oracles` asks it again. */
const golden: Readonly<Record<string, string>> = {
  unsigned: "bcc7a371cfe851bfc8391b480f4faac669295f0c5d929c2c0c4f74589cd5ec01d2fe37457707cd5c0d8f6b3eb1f3843e",
  "signed, sections out of order, data behind them":
    "c8632ba135447d1596122880ff46ee277e6e4350254d11b3d30d28a369def65ca85d1f5d8a08c0a4d9cc2df4f319a81f",
  "32 bits": "bfd22a2ad26367c4a5d3310bb23798b14185bc47105c01f2fe9a3e7eeafb461bc9d95d9b09255df6b6ca13ecdd1c7f8a",
  "no section": "852b0afb785af8edff4cbe84bfd0da677261ca4c7527ac5d28e4809fc9393b0a407ceee594cf8270cce90489c68990d7",
  "empty section": "bf03fea6cf05b55afd0dca6176512ad8205dc4775c63b7f03997f7bef73238fc10d520efa75a4eac3ef52c6515a0bb02",
  "size that is no multiple of eight":
    "ec3f93d2a5e82e1f89ac13b6e73a27e657a4e3bf2eb84ee744025543a555a160700a92f40e63ac8403ab823943dfbe71",
};

const signed = syntheticPes[1]!;
const optionalAt = 0x40 + 24;
const checksumAt = optionalAt + 64;
const certificateEntryAt = optionalAt + 112 + 32;
const sectionTableAt = optionalAt + 240;

function changed(at: number, value: number, pe = signed): Buffer {
  const bytes = syntheticPe(pe);
  bytes.writeUInt32LE(value, at);
  return bytes;
}

describe("authenticodeSha384", () => {
  it.each(syntheticPes)("agrees with another program: $name", (pe) => {
    expect(authenticodeSha384(syntheticPe(pe))).toBe(golden[pe.name]);
  });

  // aleph-vm's tests of its tdx_measurement, which a program in Rust and one in Python share.
  it("is the published value of a published made-up image", () => {
    const filling = Buffer.from(Array.from({ length: 0x440 }, (_, at) => (at * 7 + 3) & 0xff));
    const bytes = syntheticPe({ ...signed, name: "published" }, filling);
    // Its section names are .text and .data; the gap before the table is zero in both.
    for (const [index, name] of [".text\0\0\0", ".data\0\0\0"].entries())
      bytes.write(name, sectionTableAt + 40 * index, "latin1");
    filling.copy(bytes, sectionTableAt + 80, sectionTableAt + 80, 0x200);
    expect(authenticodeSha384(bytes)).toBe(
      "27ca0b497c08dcf49e302a2dd4bbe74889b19d0d1af84364c8cad3472d5ba1bfda1e7cfe7fb94848d491cdfd2a163410",
    );
  });

  it("leaves out the checksum, the certificate table and its entry, and nothing else", () => {
    const before = authenticodeSha384(syntheticPe(signed));
    const image = syntheticPe(signed);
    const free = (at: number) =>
      (at >= checksumAt && at < checksumAt + 4) ||
      (at >= certificateEntryAt && at < certificateEntryAt + 4) ||
      at >= image.length - signed.certificateBytes;
    for (let at = 0; at < image.length; at++) {
      const copy = Buffer.from(image);
      copy[at]! ^= 1;
      // A change of the layout may be refused; that is no digest of something else.
      let digest: string | undefined;
      try {
        digest = authenticodeSha384(copy);
      } catch {
        continue;
      }
      if (free(at)) expect(digest, `byte ${at}`).toBe(before);
      else expect(digest, `byte ${at}`).not.toBe(before);
    }
  });

  it("hashes everything where there are too few directories for certificates", () => {
    const image = syntheticPe({ ...signed, directories: 4 });
    const expected = createHash("sha384")
      .update(image.subarray(0, checksumAt))
      .update(image.subarray(checksumAt + 4))
      .digest("hex");
    expect(authenticodeSha384(image)).toBe(expected);
  });

  it.each([
    ["no DOS header", changed(0, 0)],
    ["a PE header outside of the file", changed(0x3c, 0xffff_fff0)],
    ["no PE signature", changed(0x40, 0)],
    ["another optional header", changed(optionalAt, 0)],
    ["headers that end early", changed(optionalAt + 60, 0x40)],
    ["headers beyond the file", changed(optionalAt + 60, 0x441)],
    ["a section beyond the file", changed(sectionTableAt + 20, 0xffff_ff00)],
    ["a section of impossible size", changed(sectionTableAt + 16, 0xffff_ffff)],
    ["overlapping sections", changed(sectionTableAt + 20, 0x210)],
    ["a certificate table larger than its room", changed(certificateEntryAt + 4, 0x100)],
    ["a section table beyond the file", changed(0x40 + 4, 0xffff_8664)],
    ["a short file", Buffer.from("MZ")],
    ["nothing", Buffer.alloc(0)],
  ])("refuses an image with %s", (_, bytes) => {
    expect(() => authenticodeSha384(bytes)).toThrow(/^kernel: it is no PE image that can be measured \(/);
  });

  const outcome = (bytes: Uint8Array) => {
    try {
      expect(authenticodeSha384(bytes)).toMatch(/^[0-9a-f]{96}$/);
    } catch (error) {
      expect((error as Error).message).toMatch(/^kernel: it is no PE image that can be measured \(/);
    }
  };

  it("measures or refuses any bytes, in one sentence", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), outcome));
  });

  it("measures or refuses an image with changed headers, in one sentence", () => {
    const image = syntheticPe(signed);
    const change = fc.record({ at: fc.nat(0x1ff), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const copy = Buffer.from(image);
        for (const { at, value } of changes) copy[at] = value;
        outcome(copy);
      }),
      { numRuns: 500 },
    );
  });
});
