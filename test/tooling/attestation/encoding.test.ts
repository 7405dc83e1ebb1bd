import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  gpuSignatureHolds,
  opaqueFields,
  parseGpuReport,
  textField,
  vbiosVersion,
} from "../../../components/verdict/evidence/gpuReport";
import { parseSnpReport, snpSignatureHolds } from "../../../components/verdict/evidence/snpReport";
import { encodeGpuReport } from "../../../tooling/attestation/encodeGpu";
import { encodeSnpReport } from "../../../tooling/attestation/encodeSnp";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => Buffer.from(value).toString("hex"));
const byte = fc.integer({ min: 0, max: 255 });

describe("what is written is what is read", () => {
  it("in an SNP report", () => {
    const fields = fc.record({
      policy: fc.record({
        abiMajor: byte,
        abiMinor: byte,
        smtAllowed: fc.boolean(),
        migrateMaAllowed: fc.boolean(),
        debugAllowed: fc.boolean(),
        singleSocket: fc.boolean(),
      }),
      vmpl: fc.integer({ min: 0, max: 3 }),
      reportData: hex(64),
      measurement: hex(48),
      hostData: hex(32),
      tcb: fc.record({ bootloader: byte, tee: byte, snp: byte, microcode: byte }),
      chipId: hex(64),
    });
    fc.assert(
      fc.property(fields, (written) => {
        const report = parseSnpReport(encodeSnpReport(written, privateKey));
        const { tcb, ...same } = written;
        expect(report).toMatchObject({ ...same, reportedTcb: tcb, version: 3, signingKey: 0 });
        expect(snpSignatureHolds(report, publicKey)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("in a GPU report", () => {
    const version = fc
      .tuple(byte, byte, byte, byte, byte)
      .map((parts) => parts.map((part) => part.toString(16).padStart(2, "0")).join("."));
    const fields = fc.record({
      nonce: hex(32),
      measurements: fc.array(hex(48), { minLength: 1, maxLength: 64 }),
      driverVersion: fc.constantFrom("595.58.03", "550.90.07"),
      vbiosVersion: version,
      fwid: hex(48),
    });
    fc.assert(
      fc.property(fields, (written) => {
        const report = parseGpuReport(encodeGpuReport(written, privateKey));
        expect(report.nonce).toBe(written.nonce);
        expect(Object.values(report.measurements)).toEqual(written.measurements);
        expect(textField(report, opaqueFields.driverVersion)).toBe(written.driverVersion);
        expect(vbiosVersion(report)).toBe(written.vbiosVersion);
        expect(report.opaque.get(opaqueFields.fwid)?.toString("hex")).toBe(written.fwid);
        expect(gpuSignatureHolds(report, publicKey)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
