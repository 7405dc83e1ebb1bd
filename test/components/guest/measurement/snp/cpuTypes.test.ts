import { describe, expect, it } from "vitest";
import { cpuSignature, cpuSignatures, signatureOf } from "../../../../../components/guest/measurement/snp/cpuTypes";

describe("the CPU signature", () => {
  it.each([
    ["EPYC", 0x800f12],
    ["EPYC-IBPB", 0x800f12],
    ["EPYC-v4", 0x800f12],
    ["EPYC-Rome", 0x830f10],
    ["EPYC-Milan-v2", 0xa00f11],
    ["EPYC-Genoa", 0xa10f10],
    ["EPYC-Turin", 0xb00f00],
  ])("of %s is known", (type, signature) => {
    expect(cpuSignature(type)).toBe(signature);
  });

  it("keeps small families in the low field", () => {
    expect(signatureOf(6, 0x2a, 7)).toBe(0x206a7);
  });

  it.each([
    ["EPYC-Milan-v3", "EPYC-Milan-v2"],
    ["epyc-v4", "EPYC-v4"],
    ["Genoa", "EPYC-Genoa"],
    ["EPYC_Turin", "EPYC-Turin"],
  ])("of %s is refused, naming %s", (type, near) => {
    expect(() => cpuSignature(type)).toThrow(`CPU type: "${type}" is not known; write for example`);
    expect(() => cpuSignature(type)).toThrow(near);
  });

  it.each(["", "x", "constructor", "__proto__", "host"])('of "%s" is refused', (type) => {
    expect(() => cpuSignature(type)).toThrow(/is not known; write for example EPYC/);
  });

  it("fits 32 bits for every type", () => {
    for (const signature of Object.values(cpuSignatures)) expect(signature >>> 0).toBe(signature);
  });
});
