import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cpuSignature } from "../../../../../components/guest/measurement/snp/cpuTypes";
import { hashesPage, hashesTable } from "../../../../../components/guest/measurement/snp/hashesTable";
import { PageChain, pageDigest, pageTypes, vmsaGpa } from "../../../../../components/guest/measurement/snp/pageChain";
import { bspEip, vmsaPage } from "../../../../../components/guest/measurement/snp/vmsa";

// Computed with sev-snp-measure 0.0.13, page by page.
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const kernel = { sha256: sha256("kernel"), initrdSha256: sha256("initrd"), commandLine: "console=ttyS0" };
const registers = { cpuSignature: cpuSignature("EPYC-v4"), guestFeatures: 1n, vmm: "qemu" } as const;
const first = pageDigest(vmsaPage({ ...registers, eip: bspEip }));
const further = pageDigest(vmsaPage({ ...registers, eip: 0x0080b004 }));
const zeroPage = pageDigest(Buffer.alloc(4096));

describe("the parts of a launch digest", () => {
  it("measures a normal page", () => {
    const chain = new PageChain();
    chain.add(pageTypes.normal, 0, zeroPage);
    expect(chain.digest()).toBe(
      "9d13634b6014bb21cf059b2dc694e7bff01a8a7137041100cd2b695f3d10fb687267b97808b27f8f471d943bc6f53a20",
    );
  });

  it("measures two zero pages", () => {
    const chain = new PageChain();
    chain.addRange(pageTypes.zero, 0x800000, 0x2000);
    expect(chain.digest()).toBe(
      "8424d289d7dbae4e9b4bd3f42bf03c87af63193d14eb01973b0cadbeb21fa1495bc89372a07a887c613ded2428024767",
    );
  });

  it("lays out the hashes table", () => {
    const table = hashesTable(kernel);
    expect(table).toHaveLength(176);
    expect(table.toString("hex", 0, 18)).toBe("06d63894224fc94cb479a793d411fd21a800");
    expect(createHash("sha256").update(table).digest("hex")).toBe(
      "c1b2d6975c0ce0b6a60116dfc7710772454b8c44820d3e3ef310ad4f7c7f85a7",
    );
  });

  it("lays out the registers of the first vCPU and of the others", () => {
    expect(Buffer.from(first).toString("hex")).toBe(
      "77920c4c629ff47e90c0e174fc1ad0eb6fa664f88cd4739488058a8c6cb1a77b3856f55378e9518d0da99452d51c553a",
    );
    expect(Buffer.from(further).toString("hex")).toBe(
      "8413b852790765a310d95867a8b00bfca3a802b5a80830044b45e253fe96222657e11e53fcf63eb0e0afd722385bf7b4",
    );
  });

  it("measures a sequence of pages of all kinds", () => {
    const chain = new PageChain();
    chain.add(pageTypes.normal, 0, zeroPage);
    chain.add(pageTypes.zero, 0x800000);
    chain.add(pageTypes.secrets, 0x80d000);
    chain.add(pageTypes.cpuid, 0x80e000);
    chain.add(pageTypes.normal, 0x810000, pageDigest(hashesPage(kernel, 0x810c00)));
    chain.add(pageTypes.vmsa, vmsaGpa, first);
    chain.add(pageTypes.vmsa, vmsaGpa, further);
    expect(chain.digest()).toBe(
      "f44524fe74b2eb3f7ae3cd30ad077baea4dc39a797058bf71f19b3ada3129e894e7362b6ed76c14f3601abd4e41fc7cc",
    );
  });

  it("continues from a digest as from the pages before it", () => {
    const whole = new PageChain();
    whole.addRange(pageTypes.zero, 0x1000, 0x3000);
    const begun = new PageChain();
    begun.addRange(pageTypes.zero, 0x1000, 0x1000);
    const continued = new PageChain(begun.digest());
    continued.addRange(pageTypes.zero, 0x2000, 0x2000);
    expect(continued.digest()).toBe(whole.digest());
  });
});
