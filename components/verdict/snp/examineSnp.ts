import type { ExamineContext } from "../context";
import { EvidenceError } from "../evidence/reader";
import type { SnpReport } from "../evidence/snpReport";
import { parseSnpReport } from "../evidence/snpReport";
import type { CollateralUse, Examination, VerdictClaimId } from "../finding";
import { Findings } from "../finding";
import { examineAuthenticity } from "./authenticity";
import type { Endorsement } from "./endorsement";
import { examineFirmware } from "./firmware";
import { examineLaunch, isZero } from "./launch";
import { Vouched } from "./vouched";

/** What a guest on an AMD processor shows. */
export interface SnpEvidence {
  /** The report as the processor made it, 1184 bytes. */
  readonly report: Uint8Array;
  /** PEM: the VCEK's or VLEK's first; the ASK's or ASVK's may follow, the root's own copy too. May be empty. */
  readonly certificates: readonly string[];
  /** What findings call it. Default: `cpu0`. */
  readonly of?: string;
  /**
   * Oldest version of a report that the key broker takes. Default: 3, as Trustee v0.21.0 has it for SEV-SNP
   * (deps/verifier/src/snp); its verifier of Azure's reports takes version 2 too.
   */
  readonly oldestVersion?: number;
}

/** What is left open of a report that cannot be read, for each claim that it would speak of. */
const unread = {
  "snp-report-signature": "cpu-genuine",
  "snp-certified-tcb": "cpu-firmware-current",
  "snp-tee": "guest-booted-as-released",
  "snp-measurement": "guest-booted-as-released",
  "snp-policy-debug": "guest-not-debuggable",
  "snp-host-data": "guest-rules-bound",
  "snp-report-data": "evidence-fresh",
} as const satisfies Record<string, VerdictClaimId>;

/**
 * Checks a SEV-SNP attestation report against a release and the reader's question, from the signature up to AMD's root.
 * Every check is a finding of its own; nothing is left out without a word. Never throws for what evidence says.
 */
export function examineSnp(evidence: SnpEvidence, context: ExamineContext): Examination {
  const { of = "cpu0", oldestVersion = 3 } = evidence;
  const findings = new Findings(of);
  let report: SnpReport;
  try {
    report = parseSnpReport(evidence.report);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    findings.failed("snp-report-format", "cpu-genuine", error.message);
    for (const [check, claim] of Object.entries(unread)) findings.notChecked(check, claim, "the report cannot be read");
    return { findings: findings.all, collateral: [] };
  }
  findings.decide(
    "snp-tee",
    "guest-booted-as-released",
    context.expected.tee === "snp",
    "the release is for SEV-SNP, and so is the evidence",
    `the release is for ${context.expected.tee.toUpperCase()}, and the evidence is of SEV-SNP`,
  );
  const collateral = examineReport(report, { ...evidence, of, oldestVersion }, context, findings);
  return { findings: findings.all, collateral };
}

function examineReport(
  report: SnpReport,
  { certificates, oldestVersion }: Required<SnpEvidence>,
  context: ExamineContext,
  findings: Findings,
): readonly CollateralUse[] {
  const known = findings.decide(
    "snp-report-format",
    "cpu-genuine",
    report.reserved.length === 0,
    `the report has version ${report.version}, and all of it is understood`,
    `the report says something that is not understood: ${report.reserved.join("; ")}`,
  );
  findings.decide(
    "snp-report-version",
    "cpu-genuine",
    report.version >= oldestVersion,
    `the report has version ${report.version}, and the key broker takes ${oldestVersion} to 5`,
    `the report has version ${report.version}; the key broker takes ${oldestVersion} to 5, so that no guest with this one was given a key`,
  );
  const { doubt, endorsement, collateral } = examineAuthenticity(report, certificates, context, findings);
  const vouched = new Vouched(findings, known ? doubt : (doubt ?? "parts of it are not understood"));
  examineChip(report, endorsement, vouched);
  vouched.says("snp-platform", "cpu-genuine", platformText(report));
  examineFirmware(report, endorsement, context, vouched);
  examineLaunch(report, context, vouched);
  return collateral;
}

function examineChip({ chipId }: SnpReport, endorsement: Endorsement | undefined, vouched: Vouched): void {
  const check = "snp-chip-id";
  const claim = "cpu-genuine";
  if (!endorsement) return vouched.findings.notChecked(check, claim, "there is no certificate that names the chip");
  const { identity } = endorsement;
  if (identity.chipId === undefined)
    return vouched.says(
      check,
      claim,
      `AMD made the signing key (VLEK) for ${identity.cloud}: it is on all processors of that cloud, so that none of them is named`,
    );
  if (isZero(chipId))
    return vouched.says(
      check,
      claim,
      `the host hides the chip's id (MASK_CHIP_ID); the report was signed by the key of the chip ${identity.chipId}`,
    );
  vouched.decide(
    check,
    claim,
    identity.chipId.padEnd(chipId.length, "0") === chipId,
    `report and VCEK name the same chip, ${identity.chipId}`,
    `the report is of the chip ${chipId}, and the VCEK is of ${identity.chipId}`,
  );
}

function platformText({ platform, mitigations, unknownPlatformBits }: SnpReport): string {
  const onOff = (on: boolean) => (on ? "on" : "off");
  return [
    `the host says: SMT ${onOff(platform.smtEnabled)}, transparent memory encryption ${onOff(platform.tsmeEnabled)}`,
    `ECC ${onOff(platform.eccEnabled)}, RAPL ${onOff(!platform.raplDisabled)}`,
    `ciphertext hiding ${onOff(platform.ciphertextHidingEnabled)}, trusted devices (SEV-TIO) ${onOff(platform.tioEnabled)}`,
    platform.aliasCheckComplete
      ? "memory was searched for aliases (BadRAM)"
      : "memory was not searched for aliases, so that manipulated modules (BadRAM, CVE-2024-21944) would go unnoticed",
    ...(mitigations
      ? [`mitigations 0x${mitigations.launch.toString(16)} at launch and 0x${mitigations.current.toString(16)} now`]
      : []),
    ...(unknownPlatformBits === 0n
      ? []
      : [`and bits 0x${unknownPlatformBits.toString(16)}, which have no known meaning`]),
  ].join(", ");
}
