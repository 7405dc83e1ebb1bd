import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { cpuSignature } from "../../../../../components/guest/measurement/snp/cpuTypes";
import { snpLaunchDigest } from "../../../../../components/guest/measurement/snp/launchDigest";
import type { SnpLaunchInputs } from "../../../../../components/guest/measurement/snp/launchDigest";
import { PageChain, pageDigest, pageTypes, vmsaGpa } from "../../../../../components/guest/measurement/snp/pageChain";
import { snpFirmware } from "../../../../../components/guest/measurement/snp/snpFirmware";
import type { SnpFirmware } from "../../../../../components/guest/measurement/snp/snpFirmware";
import { bspEip, vmsaPage } from "../../../../../components/guest/measurement/snp/vmsa";
import { syntheticFirmware, syntheticFirmwares } from "../../../../../tooling/oracles/syntheticFirmware";

vi.setConfig({ testTimeout: 60_000 });

function firmwareNamed(name: string): SnpFirmware {
  return snpFirmware(syntheticFirmware(syntheticFirmwares.find((each) => each.name === name)!));
}

const firmware = firmwareNamed("amdsev-like");
const kernel = { sha256: "11".repeat(32), commandLine: "console=hvc0" };
const inputs: SnpLaunchInputs = { firmware, kernel, vcpus: 2, cpuSignature: cpuSignature("EPYC-v4") };
const sections = (change: (each: SnpFirmware["sections"]) => SnpFirmware["sections"]) => ({
  firmware: { ...firmware, sections: change(firmware.sections) },
});

describe("the SNP launch digest", () => {
  it("is 48 bytes of hex, the same each time, in whatever order shapes are asked for", () => {
    const counts = [64, 1, 5, 64, 2, 300, 1];
    const again = counts.map((vcpus) => snpLaunchDigest({ ...structuredClone(inputs), vcpus }));
    expect(again).toEqual(counts.map((vcpus) => snpLaunchDigest({ ...inputs, vcpus })));
    for (const digest of again) expect(digest).toMatch(/^[0-9a-f]{96}$/);
    expect(new Set(again).size).toBe(5);
  });

  it("has the defaults of Kata's QEMU", () => {
    const digest = snpLaunchDigest(inputs);
    expect(snpLaunchDigest({ ...inputs, guestFeatures: 1, vmm: "qemu" })).toBe(digest);
    expect(snpLaunchDigest({ ...inputs, guestFeatures: 1n })).toBe(digest);
  });

  const otherKernel = (change: object): Partial<SnpLaunchInputs> => ({ kernel: { ...kernel, ...change } });
  it.each<[string, Partial<SnpLaunchInputs>]>([
    ["a vCPU more", { vcpus: 3 }],
    ["another CPU", { cpuSignature: cpuSignature("EPYC-Milan") }],
    ["another feature", { guestFeatures: 0x21 }],
    ["another VMM", { vmm: "ec2" }],
    ["yet another VMM", { vmm: "gce" }],
    ["another firmware", { firmware: { ...firmware, seed: "22".repeat(48) } }],
    ["another start of further vCPUs", { firmware: { ...firmware, apResetEip: 0x80b005 } }],
    ["another place of the hashes", { firmware: { ...firmware, hashesTableGpa: 0x810c10 } }],
    ["a section less", sections((all) => all.slice(1))],
    ["another order of sections", sections((all) => [...all].reverse())],
    ["a larger section", sections(([first, ...rest]) => [{ ...first!, size: 0xa000 }, ...rest])],
    ["another kernel", otherKernel({ sha256: "12".repeat(32) })],
    ["an initrd", otherKernel({ initrdSha256: "33".repeat(32) })],
    ["another command line", otherKernel({ commandLine: "console=hvc1" })],
    ["a space behind the command line", otherKernel({ commandLine: "console=hvc0 " })],
    ["no kernel", { kernel: undefined }],
  ])("changes with %s", (_, change) => {
    expect(snpLaunchDigest({ ...inputs, ...change })).not.toBe(snpLaunchDigest(inputs));
  });

  it("takes no notice of what is not measured", () => {
    const summary = { ...firmware, sha256: "00".repeat(32), sizeBytes: 4096 };
    expect(snpLaunchDigest({ ...inputs, firmware: summary })).toBe(snpLaunchDigest(inputs));
    for (const vmm of ["ec2", "gce"] as const) {
      const other = { ...inputs, vmm, cpuSignature: cpuSignature("EPYC-Turin") };
      expect(snpLaunchDigest(other)).toBe(snpLaunchDigest({ ...inputs, vmm }));
    }
  });

  it("measures an absent initrd as an empty one", () => {
    const initrdSha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(snpLaunchDigest({ ...inputs, ...otherKernel({ initrdSha256 }) })).toBe(snpLaunchDigest(inputs));
  });

  it("equals pages added one by one, for any shape", () => {
    const shapes = fc.record({
      vcpus: fc.integer({ min: 1, max: 40 }),
      cpuSignature: fc.constantFrom(0x800f12, 0xa00f11, 0xb00f00),
      guestFeatures: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map((value) => value * 2n + 1n),
    });
    fc.assert(
      fc.property(shapes, ({ vcpus, cpuSignature, guestFeatures }) => {
        const chain = new PageChain(firmware.seed);
        for (const { gpa, size, type } of firmware.sections) {
          const types = { 1: pageTypes.zero, 2: pageTypes.secrets, 3: pageTypes.cpuid } as Record<number, 3 | 5 | 6>;
          chain.addRange(types[type] ?? pageTypes.zero, gpa, size);
        }
        const registers = { cpuSignature, guestFeatures, vmm: "qemu" } as const;
        for (let vcpu = 0; vcpu < vcpus; vcpu++) {
          const eip = vcpu === 0 ? bspEip : firmware.apResetEip;
          chain.add(pageTypes.vmsa, vmsaGpa, pageDigest(vmsaPage({ ...registers, eip })));
        }
        expect(snpLaunchDigest({ firmware, vcpus, cpuSignature, guestFeatures })).toBe(chain.digest());
      }),
      { numRuns: 50 },
    );
  });

  it("remembers nothing of an object that was changed", () => {
    const changing = structuredClone(firmware) as { -readonly [key in keyof SnpFirmware]: SnpFirmware[key] };
    const before = snpLaunchDigest({ ...inputs, firmware: changing });
    changing.seed = "44".repeat(48);
    expect(snpLaunchDigest({ ...inputs, firmware: changing })).not.toBe(before);
  });

  const noHashes = firmwareNamed("without-kernel-hashes");
  it.each<[string, object, RegExp]>([
    ["a kernel that the firmware does not check", { firmware: noHashes }, /no place for kernel hashes.*AMDSEV\.fd/],
    [
      "a kernel without hashes entry",
      { firmware: firmwareNamed("without-hashes-entry") },
      /no place for kernel hashes/,
    ],
    ["a table address of 0", { firmware: { ...firmware, hashesTableGpa: 0 } }, /no place for kernel hashes/],
    ["a table across pages", { firmware: { ...firmware, hashesTableGpa: 0x810f51 } }, /0x810f51 would not fit/],
    ["no vCPU", { vcpus: 0 }, /vcpus: 0 is no number of vCPUs; write a whole number from 1 to 4096/],
    ["less than none", { vcpus: -1 }, /vcpus: -1 /],
    ["half a vCPU", { vcpus: 1.5 }, /vcpus: 1.5 /],
    ["more vCPUs than KVM has", { vcpus: 4097 }, /vcpus: 4097 /],
    ["NaN vCPUs", { vcpus: Number.NaN }, /vcpus: NaN /],
    ["features without SNP", { guestFeatures: 0x20 }, /guest features: 32 .* bit 0/],
    ["negative features", { guestFeatures: -1 }, /guest features: -1/],
    ["65 bits of features", { guestFeatures: 2n ** 64n + 1n }, /64-bit number/],
    ["rounded features", { guestFeatures: 2 ** 60 + 1 }, /guest features/],
    ["a CPU signature of 0", { cpuSignature: 0 }, /CPU signature: 0 is no positive 32-bit/],
    ["an unknown VMM", { vmm: "xen" }, /vmm: "xen" is not known; write qemu, ec2, gce/],
    ["a seed that is no digest", { firmware: { ...firmware, seed: "ab" } }, /"ab" is no launch digest/],
    ["a kernel that is no digest", otherKernel({ sha256: "AB".repeat(32) }), /kernel: "ABAB.* is no SHA-256/],
    ["an initrd that is no digest", otherKernel({ initrdSha256: "" }), /initrd: "" is no SHA-256/],
    ["a zero byte in the command line", otherKernel({ commandLine: "a\0b" }), /command line: "a\\u0000b"/],
    ["half a character", otherKernel({ commandLine: "\ud83c" }), /half a character/],
    ["hostile sections", sections(() => [{ gpa: 0, size: 0xfffff000, type: 1 }]), /more than 64 MiB/],
  ])("refuses %s", (_, change, message) => {
    const started = process.cpuUsage();
    expect(() => snpLaunchDigest({ ...inputs, ...change } as SnpLaunchInputs)).toThrow(message);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1_000);
  });
});
