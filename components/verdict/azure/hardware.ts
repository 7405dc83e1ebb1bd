import type { AzureContext } from "./azureContext";
import type { AzureEvidence } from "./azureEvidence";
import type { ExamineContext } from "../context";
import { EvidenceError } from "../evidence/reader";
import type { HclReport } from "../evidence/hclReport";
import { runtimeDigest } from "../evidence/hclReport";
import { parseSnpReport } from "../evidence/snpReport";
import { parseTdxQuote } from "../evidence/tdxQuote";
import type { Examination, Finding, VerdictClaimId } from "../finding";
import { examineSnp } from "../snp/examineSnp";
import { examineTdx } from "../tdx/examineTdx";

/** What the hardware's own checks come to, and why the paravisor's word counts for nothing; undefined where it counts. */
export interface HardwareExamination extends Examination {
  readonly doubt: string | undefined;
}

const zeros = (bytes: number) => "00".repeat(bytes);

/**
 * The hardware's report inside Azure's evidence, by the same checks as any other, with what Azure makes of its fields: what
 * was launched is Microsoft's paravisor, nobody's init-data is in it, and its report data bind the paravisor's runtime data
 * rather than a question. Findings of those fields get names and words of their own.
 */
export function examineHardware(
  report: HclReport,
  evidence: AzureEvidence,
  context: AzureContext,
): HardwareExamination {
  const examined =
    report.tee === "snp"
      ? snp(report, evidence, context)
      : evidence.tdQuote
        ? tdx(report, evidence.tdQuote, context)
        : failed("the hardware's report is of TDX, and no quote of it came along");
  const wrong = examined.findings.find(({ grade }) => grade === "failed");
  const unproven = ["azure-paravisor-measurement", "azure-runtime-data"].find((check) =>
    examined.findings.every((finding) => finding.check !== check || finding.grade !== "verified"),
  );
  const culprit = wrong?.check ?? unproven;
  return {
    ...examined,
    doubt: culprit && `the hardware does not vouch for the paravisor that speaks here, see ${culprit}`,
  };
}

/** How a finding of the hardware's check is called, and what it says, on Azure. */
interface Reworded {
  readonly check: string;
  readonly claim: VerdictClaimId;
  readonly good: string;
  readonly bad: string;
}

function snp(report: HclReport, { certificates }: AzureEvidence, context: AzureContext): Examination {
  const found = measured(() => parseSnpReport(report.hardwareReport).measurement);
  // Trustee takes Azure's reports from version 2 on, unlike others.
  const { findings, collateral } = examineSnp(
    { report: report.hardwareReport, certificates, oldestVersion: 2 },
    adapted(report, context, { launch: { snp: { measurement: accepted(found, context) } }, bound: zeros(32) }),
  );
  return {
    findings: reworded(findings, {
      "snp-measurement": paravisor(found, context),
      "snp-host-data": hostField("HOST_DATA"),
      "snp-report-data": boundRuntime(report),
    }),
    collateral,
  };
}

function tdx(report: HclReport, quote: Uint8Array, context: AzureContext): Examination {
  const found = measured(() => parseTdxQuote(quote).body.mr_td);
  const launch = { tdx: { mrTd: accepted(found, context), rtmr1: zeros(48), rtmr2: zeros(48) } };
  const { findings, collateral } = examineTdx({ quote }, adapted(report, context, { launch, bound: zeros(48) }));
  const empty = (name: string, claim: VerdictClaimId = "guest-booted-as-released"): Reworded => ({
    check: `azure-${name.toLowerCase()}`,
    claim,
    good: `${name} is zeros, as the paravisor leaves it: what booted is in the virtual TPM`,
    bad: `${name} is not zeros, as the paravisor leaves it`,
  });
  return {
    findings: reworded(findings, {
      "tdx-mrtd": paravisor(found, context),
      "tdx-rtmr1": empty("RTMR1"),
      "tdx-rtmr2": empty("RTMR2"),
      "tdx-mrconfigid": hostField("MRCONFIGID"),
      "tdx-report-data": boundRuntime(report),
    }),
    collateral,
  };
}

function adapted(
  report: HclReport,
  context: AzureContext,
  { launch, bound }: { readonly launch: ExamineContext["expected"]["launch"]; readonly bound: string },
): ExamineContext {
  return {
    now: context.now,
    roots: context.roots,
    collateral: context.collateral,
    expected: {
      ...context.expected,
      tee: report.tee,
      launch,
      tcb: context.azure.tcb,
      boundInitData: bound,
      reportData: { value: runtimeDigest(report) },
    },
  };
}

/** The accepted paravisor that it is, or any of them, so that the comparison fails; none where none is accepted. */
function accepted(found: string | undefined, { azure: { paravisors } }: AzureContext): string {
  return paravisors.find((measurement) => measurement === found) ?? paravisors[0] ?? "none";
}

function measured(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

function paravisor(found: string | undefined, { azure: { paravisors } }: AzureContext): Reworded {
  return {
    check: "azure-paravisor-measurement",
    claim: "guest-booted-as-released",
    good: `launched was an accepted paravisor of Microsoft's with its firmware, ${found}; what booted above it, the hardware does not measure`,
    bad: `launched was ${found ?? "something that cannot be read"}; accepted paravisors are ${paravisors.join(", ") || "none"}`,
  };
}

function hostField(name: string): Reworded {
  return {
    check: "azure-host-data",
    claim: "guest-rules-bound",
    good: `${name} is zeros, as Azure leaves it: init-data is in register 08, if anywhere`,
    bad: `${name} is not zeros, as Azure leaves it`,
  };
}

function boundRuntime(report: HclReport): Reworded {
  return {
    check: "azure-runtime-data",
    claim: "cpu-genuine",
    good: "the hardware's report data are the SHA-256 of the paravisor's runtime data, which name the virtual TPM's key",
    bad: `the hardware's report data are not the SHA-256 of the runtime data, ${runtimeDigest(report).slice(0, 64)}: those were altered, or belong to another report`,
  };
}

function reworded(findings: readonly Finding[], words: Readonly<Record<string, Reworded>>): readonly Finding[] {
  return findings.map((finding) => {
    const own = words[finding.check];
    if (!own) return finding;
    const says = { verified: own.good, failed: own.bad, asserted: finding.says, notChecked: finding.says }[
      finding.grade
    ];
    return { ...finding, check: own.check, claim: own.claim, says };
  });
}

function failed(says: string): Examination {
  return {
    findings: [{ check: "azure-td-quote", claim: "cpu-genuine", of: "cpu0", grade: "failed", says }],
    collateral: [],
  };
}
