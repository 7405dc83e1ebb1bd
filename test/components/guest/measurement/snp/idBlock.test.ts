import { createHash, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { snpIdBlock, verifyIdBlock } from "../../../../../components/guest/measurement/snp/idBlock";
import type { SnpIdBlock, SnpIdBlockArgs } from "../../../../../components/guest/measurement/snp/idBlock";

vi.setConfig({ testTimeout: 60_000 });

const newKey = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
const [idKey, authorKey, otherKey] = [newKey("P-384"), newKey("P-384"), newKey("P-384")];
const launchDigest = "5a".repeat(48);
const made = snpIdBlock({ launchDigest, idKey, authorKey });

function changed(base64: string, offset: number): string {
  const bytes = Buffer.from(base64, "base64");
  bytes[offset]! ^= 1;
  return bytes.toString("base64");
}

describe("an ID block", () => {
  it("is laid out as the secure processor reads it", () => {
    const block = Buffer.from(made.idBlock, "base64");
    expect(block.toString("hex")).toBe(`${launchDigest}${"00".repeat(32)}01000000000000000000030000000000`);
    const auth = Buffer.from(made.idAuth, "base64");
    expect(auth).toHaveLength(4096);
    expect(auth.toString("hex", 0, 8)).toBe("0100000001000000");
    expect(auth.toString("hex", 576, 580)).toBe("02000000");
    const { x } = idKey.export({ format: "jwk" });
    expect(auth.subarray(580, 628)).toEqual(Buffer.from(x!, "base64url").reverse());
    for (const [start, end] of [
      [8, 64],
      [208, 576],
      [1604, 1664],
      [1808, 2176],
      [3204, 4096],
    ] as const)
      expect(auth.subarray(start, end).every((byte) => byte === 0)).toBe(true);
  });

  it("verifies, and says what it says", () => {
    const identity = { familyId: "0f".repeat(16), imageId: "1e".repeat(16), guestSvn: 7, policy: 0x130000n };
    const verified = verifyIdBlock(snpIdBlock({ launchDigest, ...identity, idKey, authorKey }));
    expect(verified).toMatchObject({ launchDigest, ...identity });
    const key = Buffer.from(made.idAuth, "base64").subarray(576, 1604);
    expect(verified.idKeyDigest).toBe(createHash("sha384").update(key).digest("hex"));
    expect(verified.authorKeyDigest).not.toBe(verified.idKeyDigest);
  });

  it("verifies for any launch digest, with any key", () => {
    const digests = fc.uint8Array({ minLength: 48, maxLength: 48 }).map((bytes) => Buffer.from(bytes).toString("hex"));
    fc.assert(
      fc.property(digests, (digest) => {
        const keys = { idKey: newKey("P-384"), authorKey: newKey("P-384") };
        expect(verifyIdBlock(snpIdBlock({ launchDigest: digest, ...keys })).launchDigest).toBe(digest);
      }),
      { numRuns: 25 },
    );
  });

  it("verifies no more when a bit of what counts is changed", () => {
    // The block without its version, both signatures, both keys.
    const counted = fc.oneof(
      fc.record({ file: fc.constant("idBlock" as const), offset: fc.integer({ min: 0, max: 95 }) }),
      ...[
        [64, 208],
        [576, 724],
        [1664, 1808],
        [2176, 2324],
      ].map(([min, end]) =>
        fc.record({ file: fc.constant("idAuth" as const), offset: fc.integer({ min, max: end! - 1 }) }),
      ),
    );
    fc.assert(
      fc.property(counted, ({ file, offset }) => {
        const forged = { ...made, [file]: changed(made[file], offset) };
        expect(() => verifyIdBlock(forged)).toThrow(/^ID (block|authentication): .*; make/);
      }),
    );
  });

  const other = snpIdBlock({ launchDigest, idKey: otherKey, authorKey });
  const elsewhere = snpIdBlock({ launchDigest: "00".repeat(48), idKey, authorKey });
  it.each<[string, SnpIdBlock, RegExp]>([
    ["of another block", { ...made, idAuth: elsewhere.idAuth }, /not signed by its ID key/],
    ["of another key", { ...made, idAuth: spliced(made.idAuth, other.idAuth, 576, 1604) }, /not signed by its ID key/],
    [
      "of another author",
      { ...made, idAuth: spliced(made.idAuth, other.idAuth, 64, 1604) },
      /not signed by its author key/,
    ],
    ["of another algorithm", { ...made, idAuth: changed(made.idAuth, 4) }, /another algorithm/],
    ["that is cut", { ...made, idAuth: made.idAuth.slice(4) }, /not 4096 bytes of base64/],
    ["in no base64", { ...made, idBlock: `!${made.idBlock}` }, /not 96 bytes of base64/],
  ])("refuses an authentication %s", (_, forged, message) => {
    expect(() => verifyIdBlock(forged)).toThrow(message);
  });

  it.each<[string, Partial<SnpIdBlockArgs>, RegExp]>([
    ["a short digest", { launchDigest: "5a" }, /launch digest "5a" is not 48 bytes; write 96/],
    ["a family of 15 bytes", { familyId: "00".repeat(15) }, /family ID/],
    ["a negative version", { guestSvn: -1 }, /-1 is no security version/],
    ["a policy with debug", { policy: 0xb0000n }, /policy 0xb0000 .* bit 19 \(debug\) clear/],
    ["a policy that no processor takes", { policy: 0x10000n }, /bit 17 set/],
    ["a key of another curve", { idKey: newKey("P-256") }, /ID key: it is no private ECDSA P-384 key/],
    [
      "an RSA key",
      { authorKey: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey },
      /author key: it is no/,
    ],
    [
      "a public key",
      { authorKey: generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey },
      /author key: it is no/,
    ],
  ])("refuses %s", (_, change, message) => {
    expect(() => snpIdBlock({ launchDigest, idKey, authorKey, ...change })).toThrow(message);
  });
});

function spliced(into: string, from: string, start: number, end: number): string {
  const bytes = Buffer.from(into, "base64");
  bytes.set(Buffer.from(from, "base64").subarray(start, end), start);
  return bytes.toString("base64");
}
