import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AzureContext } from "../../../../components/verdict/azure/azureContext";
import { parseAzureEvidence } from "../../../../components/verdict/azure/azureEvidence";
import { examineAzure } from "../../../../components/verdict/azure/examineAzure";
import { parseHclReport } from "../../../../components/verdict/evidence/hclReport";
import { parseSnpReport } from "../../../../components/verdict/evidence/snpReport";
import { parseTdxQuote } from "../../../../components/verdict/evidence/tdxQuote";
import type { Examination } from "../../../../components/verdict/finding";
import { pinnedRoots } from "../../../../components/verdict/roots";
import { azureMachine } from "../../../support/azureMachine";

const by = ({ findings }: Examination, grade: string) =>
  findings.filter((finding) => finding.grade === grade).map(({ check }) => check);

describe("a confidential machine on Azure", () => {
  it("is AMD's to verify as far as the paravisor, and Microsoft's to assert above it", async () => {
    const { evidence, context } = await azureMachine();
    const examined = examineAzure(evidence, context);
    expect(by(examined, "failed")).toEqual([]);
    expect(by(examined, "notChecked")).toEqual([]);
    for (const check of ["azure-paravisor-measurement", "azure-runtime-data", "azure-host-data", "snp-policy-debug"])
      expect(by(examined, "verified")).toContain(check);
    expect(by(examined, "asserted").filter((check) => check.startsWith("azure-"))).toEqual([
      "azure-quote-signature",
      "azure-quote-selection",
      "azure-quote-digest",
      "azure-quote-nonce",
      "azure-user-data",
      "azure-tpm",
      "azure-secure-boot",
      "azure-init-data",
      "azure-console",
      "azure-paravisor",
      "azure-register-04",
      "azure-register-08",
      "azure-register-09",
      "azure-register-11",
      "azure-register-12",
    ]);
    const words = examined.findings.filter(({ grade, check }) => grade === "asserted" && check.startsWith("azure-"));
    expect(new Set(words.map((finding) => finding.by))).toEqual(new Set(["Microsoft"]));
  });

  it("never passes the report's data off as the answer to a question", async () => {
    const { evidence, context } = await azureMachine();
    const { findings } = examineAzure(evidence, context);
    expect(findings.some(({ check }) => ["snp-report-data", "snp-host-data", "snp-measurement"].includes(check))).toBe(
      false,
    );
    for (const claim of ["evidence-fresh", "guest-booted-as-released", "guest-rules-bound"])
      expect(findings.some((finding) => finding.claim === claim && finding.grade === "asserted")).toBe(true);
  });

  it("has nothing asserted for it where the hardware does not vouch for its paravisor", async () => {
    const { evidence, context } = await azureMachine({ azure: { paravisors: ["c0".repeat(48)] } });
    const examined = examineAzure(evidence, context);
    expect(by(examined, "failed")).toEqual(["azure-paravisor-measurement"]);
    expect(by(examined, "asserted").filter((check) => check.startsWith("azure-"))).toEqual([]);
    expect(examined.findings.find(({ check }) => check === "azure-init-data")).toMatchObject({
      grade: "notChecked",
      says: expect.stringContaining("see azure-paravisor-measurement") as string,
    });
  });

  it("leaves undone what no values were named for", async () => {
    const { evidence, context } = await azureMachine({
      azure: { registers: { "04": ["04".repeat(32)] }, initData: { unknown: "a node has none" } },
    });
    expect(by(examineAzure(evidence, context), "notChecked")).toEqual([
      "azure-init-data",
      "azure-register-08",
      "azure-register-09",
      "azure-register-11",
      "azure-register-12",
    ]);
  });

  it("is not fresh where nothing was asked", async () => {
    const { evidence, context } = await azureMachine({
      context: (plain) => ({ ...plain, expected: { ...plain.expected, reportData: { unknown: "nothing was asked" } } }),
    });
    expect(by(examineAzure(evidence, context), "notChecked")).toEqual(["azure-quote-nonce", "azure-user-data"]);
  });
});

const evidenceOf = (file: string) =>
  parseAzureEvidence(JSON.parse(readFileSync(join(__dirname, "../../../support/hcl", file), "utf8")));

/** What was on that machine, taken from its own evidence: the comparison of values is what made-up machines are for. */
async function realContext(file: string, reportData: string, now: string): Promise<AzureContext> {
  const { hclReport, quote, tdQuote } = evidenceOf(file);
  const { context } = await azureMachine();
  const body = tdQuote && parseTdxQuote(tdQuote).body;
  const of = (register: string) => [quote.registers[Number(register)] ?? ""];
  return {
    ...context,
    now: new Date(now),
    roots: pinnedRoots,
    collateral: [],
    expected: { ...context.expected, tee: body ? "tdx" : "snp", reportData: { value: reportData } },
    azure: {
      paravisors: [body?.mr_td ?? parseSnpReport(parseHclReport(hclReport).hardwareReport).measurement],
      tcb: body
        ? { tdx: { xfam: [body.xfam], attributes: [body.td_attributes] } }
        : { snp: { bootloader: 4, tee: 0, snp: 22, microcode: 213 } },
      registers: { "04": of("04"), "08": of("08"), "09": of("09"), "11": of("11"), "12": of("12") },
      initData: { unknown: "the machine was given none" },
      consoleAllowed: true,
    },
  };
}

describe("evidence of a real machine on Azure", () => {
  const asked =
    "982f5c6e45df0ed3f10b6f60b02f0c8390e281300f3805e2279c16168cd6ae9aa398f647caa2338748cd0fd9f5f819ef".padEnd(128, "0");
  const challenge = Buffer.from("challenge").toString("hex");

  it("of version 2 (Milan) holds under AMD's pinned root, for the question that it was made for", async () => {
    const file = "snp-milan-version2.json";
    const examined = examineAzure(evidenceOf(file), await realContext(file, asked, "2026-01-15T00:00:00Z"));
    expect(by(examined, "failed")).toEqual([]);
    expect(by(examined, "notChecked")).toEqual(["snp-revocation", "azure-init-data"]);
    expect(by(examined, "asserted")).toContain("azure-user-data");
    expect(by(examined, "verified")).toContain("snp-chain");
  });

  it("of version 1 leaves open how old the hardware's report is", async () => {
    const file = "snp-milan-version1.json";
    const examined = examineAzure(evidenceOf(file), await realContext(file, challenge, "2026-01-15T00:00:00Z"));
    expect(by(examined, "failed")).toEqual([]);
    expect(by(examined, "notChecked")).toContain("azure-user-data");
    expect(by(examined, "asserted")).toContain("azure-quote-nonce");
  });

  it("on TDX holds under Intel's pinned root, without collateral about its platform", async () => {
    const file = "tdx-version1.json";
    const examined = examineAzure(evidenceOf(file), await realContext(file, challenge, "2026-01-15T00:00:00Z"));
    expect(by(examined, "failed")).toEqual([]);
    expect(by(examined, "verified")).toEqual(expect.arrayContaining(["tdx-chain", "tdx-signature"]));
    expect(by(examined, "notChecked")).toContain("tdx-tcb-status");
  });

  it("answers no other question", async () => {
    const file = "snp-milan-version2.json";
    const context = await realContext(file, asked.replace("9", "8"), "2026-01-15T00:00:00Z");
    expect(by(examineAzure(evidenceOf(file), context), "failed")).toEqual(["azure-quote-nonce", "azure-user-data"]);
  });

  it("is refused where a console is on that the reader did not allow", async () => {
    const file = "snp-milan-version2.json";
    const context = await realContext(file, asked, "2026-01-15T00:00:00Z");
    const examined = examineAzure(evidenceOf(file), {
      ...context,
      azure: { ...context.azure, consoleAllowed: false },
    });
    expect(by(examined, "failed")).toEqual(["azure-console"]);
  });
});
