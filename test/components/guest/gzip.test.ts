import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lockdownPolicy } from "../../../components/guest/agentPolicy";
import { gzip } from "../../../components/guest/gzip";

function expectRoundTrip(input: Uint8Array): void {
  expect(gunzipSync(gzip(input)).equals(input)).toBe(true);
}

const bytes = fc.uint8Array({ maxLength: 2_000 });
/** Text that repeats itself, near and far, as policies do. */
const repeating = fc
  .tuple(
    fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 6 }),
    fc.array(fc.nat(5), { maxLength: 60 }),
  )
  .map(([parts, order]) => Buffer.concat(order.map((index) => parts[index % parts.length] ?? Buffer.alloc(0))));

/** Bytes that hold no repetition worth a reference. */
function noise(length: number): Buffer {
  return createHash("shake256", { outputLength: length }).update("noise").digest();
}

describe("gzip", () => {
  it("is undone by zlib for any bytes", () => {
    fc.assert(fc.property(bytes, expectRoundTrip));
    fc.assert(fc.property(repeating, expectRoundTrip));
  });

  it.each([0, 1, 2, 3, 4, 257, 258, 259, 260, 516, 517, 40_000])("is undone by zlib for %i equal bytes", (length) => {
    expectRoundTrip(Buffer.alloc(length, 7));
  });

  it.each([1, 2, 3, 4, 5, 24, 25, 257, 258, 259])("is undone by zlib for a pattern of %i bytes", (length) => {
    expectRoundTrip(Buffer.alloc(3_000, noise(length)));
  });

  // 32 KiB is as far back as a reference reaches.
  it.each([64, 8_193, 16_385, 32_766, 32_767, 32_768, 32_769, 40_000])(
    "is undone by zlib where a text comes again %i bytes later",
    (distance) => {
      const text = Buffer.from("one text that comes again, long enough to be worth a reference");
      const again = Buffer.concat([text, noise(distance - text.length), text]);
      expectRoundTrip(again);
      const once = Buffer.concat([text, noise(distance)]);
      if (distance <= 32_768) expect(gzip(again).length).toBeLessThan(gzip(once).length);
    },
  );

  it("finds what repeats", () => {
    expect(gzip(Buffer.alloc(100_000, "ab")).length).toBeLessThan(1_000);
    const { rego } = lockdownPolicy({
      image: { repository: "example.com/model", digest: `sha256:${"0".repeat(64)}` },
      user: { uid: 1, gid: 1 },
      command: ["serve"],
      passthroughDevices: 1,
    });
    expect(gzip(Buffer.from(rego)).length).toBeLessThan(rego.length * 0.4);
  });

  // zlib's bytes differ between builds of Node; these may never change, since releases carry them.
  it("makes the same bytes everywhere", () => {
    expect(gzip(Buffer.from("hello hello hello\n")).toString("hex")).toBe(
      "1f8b08000000000000ffcb48cdc9c9574022b9003b7c8adf12000000",
    );
  });

  it("says nothing of when and where it was made", () => {
    const [, , method, flags, ...rest] = gzip(Buffer.from("x"));
    expect([method, flags, ...rest.slice(0, 6)]).toEqual([8, 0, 0, 0, 0, 0, 0, 255]);
  });
});
