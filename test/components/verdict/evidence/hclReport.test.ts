import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseHclReport, runtimeDigest } from "../../../../components/verdict/evidence/hclReport";
import { EvidenceError } from "../../../../components/verdict/evidence/reader";
import { parseSnpReport } from "../../../../components/verdict/evidence/snpReport";
import { encodeHcl, runtimeText } from "../../../support/azureMachine";

const bytesOf = (file: string) => {
  const { hcl_report: report } = JSON.parse(readFileSync(join(__dirname, "../../../support/hcl", file), "utf8")) as {
    hcl_report: string;
  };
  return Buffer.from(report, "base64url");
};

it.each(["snp-milan-version1.json", "snp-milan-version2.json"])("reads the report of a real machine, %s", (file) => {
  const report = parseHclReport(bytesOf(file));
  expect(report.tee).toBe("snp");
  expect(parseSnpReport(report.hardwareReport)).toMatchObject({ vmpl: 0, reportData: runtimeDigest(report) });
  expect(JSON.parse(report.runtimeData.toString())).toMatchObject({ keys: [{ kid: "HCLAkPub" }, { kid: "HCLEkPub" }] });
});

it("reads one of TDX", () => {
  const { tee, hardwareReport } = parseHclReport(bytesOf("tdx-version1.json"));
  expect(tee).toBe("tdx");
  expect(hardwareReport).toHaveLength(1024);
});

it("reads what it was made of", () => {
  const hardware = Buffer.alloc(1184, 7);
  expect(parseHclReport(encodeHcl(hardware, runtimeText()))).toEqual({
    tee: "snp",
    hardwareReport: hardware,
    runtimeData: Buffer.from(runtimeText()),
  });
});

it("is read in full, or refused, wherever it is cut or changed", () => {
  const bytes = bytesOf("snp-milan-version2.json");
  fc.assert(
    fc.property(fc.nat(bytes.length), fc.nat(bytes.length - 1), fc.nat(255), (length, at, value) => {
      const altered = Buffer.from(bytes.subarray(0, length));
      if (at < length) altered[at] = value;
      try {
        expect(parseHclReport(altered).hardwareReport).toHaveLength(1184);
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError);
      }
    }),
  );
});

it("reads any bytes, or says why not", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), (content, plausible) => {
      const start = Buffer.from("48434c41010000002a09000002000000" + "00".repeat(16), "hex");
      expect(() => parseHclReport(plausible ? Buffer.concat([start, content]) : content)).toThrow(EvidenceError);
    }),
  );
});
