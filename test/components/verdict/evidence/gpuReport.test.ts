import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  gpuSignatureHolds,
  opaqueFields,
  parseGpuReport,
  textField,
  vbiosVersion,
} from "../../../../components/verdict/evidence/gpuReport";
import { certifiedFirmwareId } from "../../../../components/verdict/evidence/gpuCertificate";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import { absence, upstream } from "../../../support/upstream";

const first = "evidence/hopperAttestationReport.txt";
const second = "evidence/hopper_coco_report1.txt";
const bytesOf = (path: string) => Buffer.from(readFileSync(upstream(path) as string, "utf8").trim(), "hex");

describe.skipIf(!upstream(first))(`the report of a real Hopper GPU${absence(first)}`, () => {
  it("is read as Trustee reads it", () => {
    const { measurements, config } = JSON.parse(
      readFileSync(upstream("evidence/hopperAttestationReport-claims.txt") as string, "utf8"),
    ) as { measurements: Record<string, string>; config: Record<string, string> };
    const report = parseGpuReport(bytesOf(first));
    expect(report.measurements).toEqual(measurements);
    expect(textField(report, opaqueFields.driverVersion)).toBe(config.driver_version);
    expect(vbiosVersion(report)).toBe(config.vbios_version);
    expect(textField(report, opaqueFields.chipSku)).toBe(config.chip_sku);
    expect(report.opaque.get(opaqueFields.fwid)?.toString("hex")).toBe(config.fwid);
    expect(report.opaque.get(opaqueFields.boardId)?.toString("hex")).toBe(config.board_id);
  });

  it("holds the nonce that was asked with", () => {
    expect(parseGpuReport(bytesOf(second)).nonce).toBe(
      "87d8e24ab336adafe228d49e83d745f6dba4ae505372b6a5704820856b343fec",
    );
  });

  it("was signed by its device certificate's key, and by no other report's", () => {
    const pem = readFileSync(upstream("evidence/hopper_coco_certs1.txt") as string, "utf8");
    const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const leaf = new X509Certificate(certificates[0] ?? "");
    expect(gpuSignatureHolds(parseGpuReport(bytesOf(second)), leaf.publicKey)).toBe(true);
    expect(gpuSignatureHolds(parseGpuReport(bytesOf(first)), leaf.publicKey)).toBe(false);
    fc.assert(
      fc.property(fc.nat(4020), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = bytesOf(second);
        changed[at] = (changed[at] ?? 0) ^ flip;
        try {
          expect(gpuSignatureHolds(parseGpuReport(changed), leaf.publicKey)).toBe(false);
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("names the firmware that its device certificate was issued for", () => {
    const pem = readFileSync(upstream("evidence/hopper_coco_certs1.txt") as string, "utf8");
    const [leaf, authority] = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const fwid = parseGpuReport(bytesOf(second)).opaque.get(opaqueFields.fwid)?.toString("hex");
    expect(certifiedFirmwareId(leaf ?? "")).toBe(fwid);
    expect(certifiedFirmwareId(authority ?? "")).toBeUndefined();
    expect(() => certifiedFirmwareId("no certificate")).toThrow(EvidenceError);
  });

  it("is read in full, or refused, wherever it is cut or changed", () => {
    fc.assert(
      fc.property(fc.nat(4200), fc.nat(255), fc.nat(4200), (at, value, length) => {
        const changed = bytesOf(first).subarray(0, length);
        if (at < changed.length) changed[at] = value;
        try {
          expect(Object.keys(parseGpuReport(changed).measurements)).toHaveLength(64);
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
        }
      }),
    );
  });
});

it("reads any bytes, or says why not", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (content, plausible) => {
      const start = Buffer.from("11e001ff" + "00".repeat(33) + "11600001", "hex");
      expect(() => parseGpuReport(plausible ? Buffer.concat([start, content]) : content)).toThrow(EvidenceError);
    }),
  );
});
