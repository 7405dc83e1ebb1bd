import { describe, expect, it } from "vitest";
import type { GuestImage } from "../../../../components/guest/measurement/guestImage";
import { launchProfileFor } from "../../../../components/guest/measurement/launchProfile";
import { measureGuest } from "../../../../components/guest/measurement/measureGuest";
import { simulatedGuestImage } from "../../../../components/guest/measurement/simulatedGuestImage";
import { snpLaunchDigest } from "../../../../components/guest/measurement/snp/launchDigest";
import { rtmr1, rtmr2 } from "../../../../components/guest/measurement/tdx/rtmr";
import { commandLine4, guest, initrdGuest } from "./guests";

const measure = (tee: "snp" | "tdx", image: GuestImage, vcpus = 17) =>
  measureGuest({ image, profile: launchProfileFor({ kata: image.kata, tee }), vcpus });

const snp = (image: GuestImage, vcpus = 17) => {
  const measured = measure("snp", image, vcpus);
  return measured.tee === "snp" ? measured.launchDigest : "";
};

describe("an SNP guest", () => {
  const image = guest("4.1.0");

  it("has the launch digest of firmware, kernel, command line and EPYC-v4 vCPUs", () => {
    const firmware = image.firmware.snp;
    if (!firmware) throw new Error("no firmware");
    expect(snp(image)).toMatch(/^[0-9a-f]{96}$/);
    expect(snp(image)).toBe(
      snpLaunchDigest({
        firmware,
        kernel: { sha256: image.kernel.sha256, commandLine: commandLine4 },
        vcpus: 17,
        cpuSignature: 0x800f12,
        guestFeatures: 1,
      }),
    );
  });

  it("has another one with another vCPU, kernel, root, initrd, firmware or Kata 3", () => {
    const digests = [
      snp(image),
      snp(image, 18),
      snp({ ...image, kernel: { sha256: "00".repeat(32) } }),
      snp(simulatedGuestImage("4.1.0")),
      snp(initrdGuest("4.1.0")),
      snp(guest("3.29.0")),
      snp(guest("4.0.0")),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe("a TDX guest", () => {
  const image = guest("4.1.0");

  it("has MRTD of the firmware, RTMR1 of the kernel, RTMR2 of the command line", () => {
    expect(measure("tdx", image)).toEqual({
      tee: "tdx",
      mrTd: image.firmware.tdx?.mrTd.interleaved,
      rtmr1: rtmr1(image.kernel.authenticodeSha384 ?? ""),
      rtmr2: rtmr2({ commandLine: commandLine4 }),
    });
  });

  it("is the same with any number of vCPUs from Kata 4 on, and not before", () => {
    expect(measure("tdx", image, 1)).toEqual(measure("tdx", image, 64));
    expect(measure("tdx", guest("3.29.0"), 1)).not.toEqual(measure("tdx", guest("3.29.0"), 64));
  });

  it("binds an initrd in RTMR2", () => {
    const one = initrdGuest("4.1.0");
    const other = { ...one, initrd: { sha256: "ab".repeat(32), sha384: "ce".repeat(48) } };
    expect(measure("tdx", one)).not.toEqual(measure("tdx", other));
  });
});

describe("measuring", () => {
  it.each([
    ["snp", /has no firmware\.snp; describe it again with --firmware-snp/],
    ["tdx", /has no firmware\.tdx; describe it again with --firmware-tdx/],
  ] as const)("needs the firmware of %s", (tee, message) => {
    expect(() => measure(tee, { ...guest("4.0.0"), firmware: {} })).toThrow(message);
  });

  it("needs the kernel's digest as UEFI measures it, for TDX", () => {
    expect(() => measure("tdx", { ...guest("4.0.0"), kernel: { sha256: "00".repeat(32) } })).toThrow(
      /has no kernel\.authenticodeSha384/,
    );
  });
});

describe("a simulated guest image", () => {
  it("says so, and is the same each time", () => {
    const image = simulatedGuestImage("4.1.0");
    expect(image.simulated).toBe(true);
    expect(image.name).toMatch(/^simulated-/);
    expect(simulatedGuestImage("4.1.0")).toEqual(image);
    expect(() => simulatedGuestImage("9.9.9")).toThrow(/no launch profile of Kata 9\.9\.9/);
  });
});
