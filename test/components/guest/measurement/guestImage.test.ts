import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GuestImage } from "../../../../components/guest/measurement/guestImage";
import { guestImageDigest, guestImageText, parseGuestImage } from "../../../../components/guest/measurement/guestImage";
import { simulatedGuestImage } from "../../../../components/guest/measurement/simulatedGuestImage";
import { sha256 } from "../../../../components/names";
import { extensions, guest, initrdGuest } from "./guests";

describe("a guest image", () => {
  it.each([simulatedGuestImage("3.29.0"), guest("4.0.0"), initrdGuest("4.1.0"), { ...guest("4.0.0"), extensions }])(
    "comes back from its file",
    (image) => {
      expect(parseGuestImage(guestImageText(image))).toEqual(image);
      expect(guestImageText(image)).toMatch(/^\{"[^\n]*\}\n$/);
      expect(guestImageDigest(image)).toBe(sha256(guestImageText(image)));
    },
  );

  it("has the same bytes in whatever order its parts were written", () => {
    const image = guest("4.1.0");
    const reversed = Object.fromEntries(Object.entries(image).reverse()) as GuestImage;
    expect(guestImageText(reversed)).toBe(guestImageText(image));
  });

  const image = guest("4.1.0");
  it.each<[string, object, RegExp]>([
    ["another format", { specVersion: "trustfoundry.dev/guest-image/v2" }, /specVersion/],
    ["an unknown Kata", { kata: "4.2.0" }, /kata/],
    ["no digest of the kernel", { kernel: {} }, /kernel\.sha256/],
    ["a short digest", { kernel: { sha256: "ab" } }, /kernel\.sha256: is not 32 bytes of lower-case hex/],
    ["an unknown part", { extra: 1 }, /extra/],
    ["no root at all", { rootfs: undefined }, /rootfs: give either a rootfs or an initrd/],
    ["both roots", { initrd: initrdGuest("4.1.0").initrd }, /rootfs: give either a rootfs or an initrd/],
    ["a root without a hash", { rootfs: { verity: "", type: "erofs" } }, /rootfs\.verity: verity parameters ""/],
    ["no firmware", { firmware: {} }, /firmware: give the firmware of SNP, of TDX, or both/],
    ["a name with a path", { name: "../guest" }, /name: is no name/],
  ])("is refused with %s", (_, change, message) => {
    expect(() => parseGuestImage(JSON.stringify({ ...image, ...change }))).toThrow(message);
    expect(() => parseGuestImage(JSON.stringify({ ...image, ...change }))).toThrow(/^guest image: [^\n]+$/);
  });

  it("is a result or one clear error for any text", () => {
    const text = guestImageText(image);
    const mutated = fc
      .tuple(fc.nat(text.length), fc.nat(20), fc.string({ maxLength: 20 }))
      .map(([at, removed, added]) => text.slice(0, at) + added + text.slice(at + removed));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), mutated), (candidate) => {
        try {
          expect(parseGuestImage(candidate).specVersion).toBe("trustfoundry.dev/guest-image/v1");
        } catch (error) {
          expect((error as Error).message).toMatch(/^guest image: /);
        }
      }),
    );
  });
});
