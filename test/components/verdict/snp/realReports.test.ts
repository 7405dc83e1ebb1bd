import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExamineContext } from "../../../../components/verdict/context";
import { parseSnpReport } from "../../../../components/verdict/evidence/snpReport";
import type { Examination } from "../../../../components/verdict/finding";
import { examineSnp } from "../../../../components/verdict/snp/examineSnp";
import { expectedOf, findingOf, lesser, now, pem, realRoots, sample } from "../../../support/snp/rig";
import { absence, upstream } from "../../../support/upstream";

/** A release of exactly the guest that the report is of. */
function contextOf(report: Uint8Array, at = now): ExamineContext {
  const { measurement, hostData, reportData, reportedTcb } = parseSnpReport(report);
  const { bootloader, tee, snp, microcode } = reportedTcb;
  const expected = expectedOf("milan", {
    launch: { snp: { measurement } },
    boundInitData: hostData,
    reportData: { value: reportData },
    tcb: { snp: { bootloader, tee, snp, microcode } },
  });
  return { now: at, roots: realRoots, collateral: [], expected };
}

const examine = (report: Buffer, certificate: Buffer, at?: Date): Examination =>
  examineSnp({ report, certificates: [pem(certificate)] }, contextOf(report, at));

it("verifies the report of a real Genoa by its VCEK alone; no list of revoked certificates came along", () => {
  const examination = examine(sample("genoa-report.bin"), sample("genoa-vcek.der"));
  expect(lesser(examination)).toEqual(["snp-revocation: notChecked"]);
  expect(findingOf(examination, "snp-chain").says).toMatch(
    /^AMD's pinned root of Genoa \(SHA-256 4c6598d19c18719c…\) certified the VCEK through SEV-Genoa/,
  );
  expect(examination.collateral.map(({ source }) => source)).toEqual(["shipped with this program", "missing"]);
});

it("verifies the report of a real Turin but for its FMC", () => {
  const examination = examine(sample("turin-report.bin"), sample("turin-vcek.der"));
  expect(lesser(examination)).toEqual(["snp-revocation: notChecked", "snp-tcb-fmc: notChecked"]);
});

describe("the report of a real Milan of a cloud", () => {
  const [report, certificate] = [sample("milan-vlek-report.bin"), sample("milan-vlek.der")];

  it("was verifiable until its certificate ended, but for the privilege of whoever asked", () => {
    const examination = examine(report, certificate, new Date("2025-06-01"));
    expect(lesser(examination)).toEqual(["snp-revocation: notChecked", "snp-vmpl: failed"]);
    expect(findingOf(examination, "snp-chip-id").says).toContain("CN=cc-us-east-2.amazonaws.com");
  });

  it("is not any more", () => {
    const examination = examine(report, certificate);
    expect(findingOf(examination, "snp-chain")).toMatchObject({ grade: "failed" });
    expect(findingOf(examination, "snp-chain").says).toContain("not valid on 2026-12-01");
    expect(findingOf(examination, "snp-measurement").grade).toBe("notChecked");
  });
});

const published = "evidence/test-report.bin";
describe.skipIf(!upstream(published))(`the published report of a real Milan, version 2${absence(published)}`, () => {
  const report = () => readFileSync(upstream(published) as string);
  const certificate = () => readFileSync(upstream("evidence/test-vcek.der") as string);

  it("is genuine, and refused for its version alone where a release is made of it", () => {
    const examination = examine(report(), certificate());
    expect(lesser(examination)).toEqual(["snp-report-version: failed", "snp-revocation: notChecked"]);
    expect(findingOf(examination, "snp-chain").says).toContain("AMD's pinned root of Milan");
    expect(findingOf(examination, "snp-product").says).toContain("does not name its processor");
  });

  it("is refused for a release of today for the right reasons", () => {
    const context = { ...contextOf(report()), expected: expectedOf("milan") };
    const examination = examineSnp({ report: report(), certificates: [pem(certificate())] }, context);
    expect(lesser(examination)).toEqual([
      "snp-report-version: failed",
      "snp-revocation: notChecked",
      "snp-tcb-bootloader: failed",
      "snp-tcb-snp: failed",
      "snp-tcb-microcode: failed",
      "snp-tcb-committed: asserted",
      "snp-measurement: failed",
      "snp-host-data: failed",
      "snp-report-data: failed",
    ]);
    expect(findingOf(examination, "snp-host-data").says).toContain("without init-data");
    expect(findingOf(examination, "snp-tcb-microcode").says).toBe(
      "microcode: version 115; the release demands at least 219",
    );
  });
});

describe("whatever the evidence is, there is an answer", () => {
  const genoa = sample("genoa-report.bin");
  const certificate = pem(sample("genoa-vcek.der"));
  const context = contextOf(genoa);
  const bytes = fc.uint8Array({ maxLength: 1300 });
  const changes = fc.array(fc.tuple(fc.nat({ max: 1183 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 });
  const certificates = fc.array(
    fc.oneof(
      fc.constant(certificate),
      fc.string(),
      fc.uint8Array({ maxLength: 300 }).map((der) => pem(der)),
      fc.constant(pem(new X509Certificate(realRoots.amd.genoa).raw)),
    ),
    { maxLength: 3 },
  );
  const files = fc.array(
    fc.record({
      kind: fc.constantFrom("amd-crl", "amd-vcek", "amd-certificates"),
      source: fc.constant("file"),
      bytes: fc.oneof(
        bytes,
        fc.string().map((text) => Buffer.from(text)),
        fc.constant(Buffer.from(certificate)),
      ),
    }),
    { maxLength: 3 },
  );

  it("to any bytes", () => {
    fc.assert(
      fc.property(bytes, certificates, files, (report, given, collateral) => {
        const { findings } = examineSnp({ report, certificates: given }, { ...context, collateral } as ExamineContext);
        expect(findings.find(({ check }) => check === "snp-report-format")?.grade).toBe("failed");
      }),
    );
  });

  it("to any certificates and collateral, and it is never better than the report is", () => {
    fc.assert(
      fc.property(changes, certificates, files, (changed, given, collateral) => {
        const report = Buffer.from(genoa);
        for (const [at, value] of changed) report[at] = value;
        const { findings } = examineSnp({ report, certificates: given }, { ...context, collateral } as ExamineContext);
        const grade = (check: string) => findings.find((each) => each.check === check)?.grade;
        const same = report.equals(genoa) && given[0] === certificate;
        if (!same && grade("snp-measurement") === "verified") {
          // Its own certificate came with the collateral, or the change hit what was there before.
          expect(report.equals(genoa)).toBe(true);
        }
        expect(findings.every(({ says }) => says.length > 10 && !says.endsWith("."))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
