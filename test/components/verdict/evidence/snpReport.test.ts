import { readFileSync } from "node:fs";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import { parseSnpReport, snpReportBytes, snpSignatureHolds } from "../../../../components/verdict/evidence/snpReport";
import { vcekIdentity } from "../../../../components/verdict/evidence/vcekCertificate";
import { absence, upstream } from "../../../support/upstream";

const published = "evidence/test-report.bin";

describe.skipIf(!upstream(published))(`the report of a real Milan${absence(published)}`, () => {
  const bytes = () => readFileSync(upstream(published) as string);
  const certificate = () => readFileSync(upstream("evidence/test-vcek.der") as string);
  const key = () => new X509Certificate(certificate()).publicKey;

  it("is read field by field", () => {
    expect(parseSnpReport(bytes())).toMatchObject({
      version: 2,
      vmpl: 0,
      policy: {
        abiMajor: 0,
        abiMinor: 31,
        smtAllowed: true,
        migrateMaAllowed: false,
        debugAllowed: false,
        singleSocket: false,
      },
      smtEnabled: true,
      tsmeEnabled: false,
      signingKey: 0,
      hostData: "0".repeat(64),
      measurement: "a1f3930413247bb38cfc171579ea3c12d5fe4901f0c792f63fd75d98f1ef827c23500644e0e692e6be917f9050d3d38c",
      reportedTcb: { bootloader: 3, tee: 0, snp: 8, microcode: 0x73 },
    });
  });

  it("was signed by its VCEK, which names the same chip and firmware", () => {
    const report = parseSnpReport(bytes());
    expect(snpSignatureHolds(report, key())).toBe(true);
    expect(vcekIdentity(certificate())).toEqual({ chipId: report.chipId, tcb: report.reportedTcb });
  });

  it("was not signed as soon as one bit of it differs", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x2a0 * 8 - 1 }), (bit) => {
        const changed = bytes();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        try {
          expect(snpSignatureHolds(parseSnpReport(changed), key())).toBe(false);
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("does not hold under a key of another curve", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    expect(snpSignatureHolds(parseSnpReport(bytes()), publicKey)).toBe(false);
  });
});

it.each([
  ["shorter", snpReportBytes - 1, "1183 bytes; a report has 1184"],
  ["longer", snpReportBytes + 1, "1185 bytes; a report has 1184"],
  ["of no known version", snpReportBytes, "version 0 is not known"],
])("refuses one that is %s", (_, length, reason) => {
  expect(() => parseSnpReport(new Uint8Array(length))).toThrow(reason);
});

it("refuses a Turin's, whose TCB has another layout", () => {
  const bytes = Buffer.alloc(snpReportBytes);
  bytes.writeUInt32LE(3, 0);
  bytes.writeUInt32LE(1, 0x34);
  bytes[0x188] = 0x1a;
  expect(() => parseSnpReport(bytes)).toThrow("Turin");
});

it("reads any bytes, or says why not", () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 1300 }), fc.uint8Array({ minLength: 1184, maxLength: 1184 }));
  fc.assert(
    fc.property(
      bytes,
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 2 }),
      (content, version, algorithm) => {
        const report = Buffer.from(content);
        if (report.length > 0x38) {
          report.writeUInt32LE(version, 0);
          report.writeUInt32LE(algorithm, 0x34);
        }
        try {
          expect(parseSnpReport(report).measurement).toMatch(/^[0-9a-f]{96}$/);
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
        }
      },
    ),
  );
});

it("takes nothing but a certificate for a VCEK", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string()), (content) => {
      expect(() => vcekIdentity(content)).toThrow(EvidenceError);
    }),
  );
});
