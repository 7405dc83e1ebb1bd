import { readFileSync } from "node:fs";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import { parseSnpReport, snpReportBytes, snpSignatureHolds } from "../../../../components/verdict/evidence/snpReport";
import { vcekIdentity } from "../../../../components/verdict/evidence/vcekCertificate";
import { sample } from "../../../support/snp/rig";
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
      platform: { smtEnabled: true, tsmeEnabled: false },
      signingKey: 0,
      hostData: "0".repeat(64),
      measurement: "a1f3930413247bb38cfc171579ea3c12d5fe4901f0c792f63fd75d98f1ef827c23500644e0e692e6be917f9050d3d38c",
      reportedTcb: { bootloader: 3, tee: 0, snp: 8, microcode: 0x73 },
    });
  });

  it("was signed by its VCEK, which names the same chip and firmware", () => {
    const report = parseSnpReport(bytes());
    expect(snpSignatureHolds(report, key())).toBe(true);
    expect(vcekIdentity(certificate())).toEqual({
      chipId: report.chipId,
      tcb: report.reportedTcb,
      productName: "Milan-B0",
    });
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

describe("reports of real processors", () => {
  it("of a Turin have an FMC, a short chip id and mitigations", () => {
    const report = parseSnpReport(sample("turin-report.bin"));
    expect(report).toMatchObject({
      version: 5,
      cpu: { family: 0x1a, model: 2, stepping: 1 },
      reportedTcb: { fmc: 0, bootloader: 1, tee: 0, snp: 2, microcode: 71 },
      currentFirmware: { major: 1, minor: 55, build: 61 },
      platform: { smtEnabled: true, tsmeEnabled: true, eccEnabled: true, aliasCheckComplete: true, tioEnabled: false },
      mitigations: { launch: 0n, current: 0n },
      // Set by a firmware that the published specification does not cover.
      unknownPlatformBits: 0x40n,
      migrationAgentReportId: "f".repeat(64),
      reserved: [],
    });
    const certified = vcekIdentity(sample("turin-vcek.der"));
    expect(certified).toEqual({ chipId: "3b42092f69c656d3", productName: "Turin", tcb: report.reportedTcb });
    expect(report.chipId).toBe(`${certified.chipId}${"0".repeat(112)}`);
  });

  it("of a Genoa have no FMC", () => {
    const report = parseSnpReport(sample("genoa-report.bin"));
    expect(report.reportedTcb).toEqual({ bootloader: 10, tee: 0, snp: 25, microcode: 84 });
    expect(report).toMatchObject({ version: 5, mitigations: { launch: 1n, current: 1n }, reserved: [] });
    const { chipId, reportedTcb: tcb } = report;
    expect(vcekIdentity(sample("genoa-vcek.der"))).toEqual({ chipId, productName: "Genoa", tcb });
  });

  it("of a cloud are signed by its key", () => {
    const report = parseSnpReport(sample("milan-vlek-report.bin"));
    expect(report).toMatchObject({ version: 3, signingKey: 1, vmpl: 1, chipId: "0".repeat(128), reserved: [] });
    expect(report.mitigations).toBeUndefined();
    expect([report.reportedTcb, report.committedTcb, report.currentTcb].map(({ microcode }) => microcode)).toEqual([
      217, 219, 220,
    ]);
    expect(vcekIdentity(sample("milan-vlek.der"))).toEqual({
      cloud: "CN=cc-us-east-2.amazonaws.com",
      productName: "Milan",
      tcb: report.reportedTcb,
    });
  });

  it.each([
    ["turin-report.bin", "turin-vcek.der"],
    ["genoa-report.bin", "genoa-vcek.der"],
    ["milan-vlek-report.bin", "milan-vlek.der"],
  ])("%s was signed by the key of %s, and by no other's", (file, certificate) => {
    const holds = (name: string) =>
      snpSignatureHolds(parseSnpReport(sample(file)), new X509Certificate(sample(name)).publicKey);
    expect(holds(certificate)).toBe(true);
    expect(holds(certificate === "turin-vcek.der" ? "genoa-vcek.der" : "turin-vcek.der")).toBe(false);
  });

  // Every bit of every byte: `npm run oracles -- go-sev-guest`.
  it("were not signed as soon as a bit of any byte differs", () => {
    const report = parseSnpReport(sample("turin-report.bin"));
    const { publicKey } = new X509Certificate(sample("turin-vcek.der"));
    expect(report.signed).toHaveLength(672);
    const held = report.signed.filter((value, at) => {
      const signed = Buffer.from(report.signed);
      signed[at] = value ^ (1 << (at & 7));
      return snpSignatureHolds({ ...report, signed }, publicKey);
    });
    expect(held).toHaveLength(0);
  });

  it("hold under no other signature", () => {
    const { publicKey } = new X509Certificate(sample("turin-vcek.der"));
    for (let byte = 0x2a0; byte < snpReportBytes; byte++) {
      const changed = Buffer.from(sample("turin-report.bin"));
      changed[byte] = changed[byte]! ^ (1 << (byte & 7));
      let held: boolean;
      try {
        held = snpSignatureHolds(parseSnpReport(changed), publicKey);
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError);
        held = false;
      }
      expect(held).toBe(false);
    }
  });
});

describe("what is set where nothing is known to be", () => {
  const offsets = [0x0f, 0x3a, 0x4a, 0x4c, 0x183, 0x18b, 0x19f, 0x1e4, 0x1eb, 0x1ef, 0x1f4, 0x208, 0x29f];
  it.each(offsets.map((offset) => [offset.toString(16), offset] as const))("is told of byte 0x%s", (_, offset) => {
    const changed = Buffer.from(sample("genoa-report.bin"));
    changed[offset] = 0x80;
    expect(parseSnpReport(changed).reserved).toHaveLength(1);
  });

  it("is told of the policy's bit that is always one", () => {
    const changed = Buffer.from(sample("genoa-report.bin"));
    changed[0x0a] = 0x01;
    expect(parseSnpReport(changed).reserved).toEqual(["bit 17 of the guest policy is 0, and has to be 1"]);
  });

  it("is told of the processor in version 2, which does not name it", () => {
    const changed = Buffer.from(sample("genoa-report.bin"));
    changed[0] = 2;
    expect(parseSnpReport(changed)).toMatchObject({ reserved: ["bytes 0x188 to 0x18a are not 0"] });
    expect(parseSnpReport(changed).cpu).toBeUndefined();
  });
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
