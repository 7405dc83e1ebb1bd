import type { ExamineContext } from "../context";
import type { SnpReport } from "../evidence/snpReport";
import type { Vouched } from "./vouched";

const booted = "guest-booted-as-released";
const closed = "guest-not-debuggable";

/** How the guest was started: what is in it, for whom, and what the host may do to it. */
export function examineLaunch(report: SnpReport, context: Pick<ExamineContext, "expected">, vouched: Vouched): void {
  examineMeasurement(report, context, vouched);
  examinePolicy(report, vouched);
}

function examineMeasurement(report: SnpReport, { expected }: Pick<ExamineContext, "expected">, vouched: Vouched): void {
  vouched.decide(
    "snp-vmpl",
    booted,
    report.vmpl === 0,
    "the report was asked for at VMPL 0, by the guest's most privileged software",
    `the report was asked for at VMPL ${report.vmpl}, not by the guest's most privileged software at 0`,
  );
  const wanted = expected.launch.snp?.measurement;
  if (wanted === undefined)
    vouched.findings.failed("snp-measurement", booted, "the release names no measurement of SEV-SNP");
  else
    vouched.decide(
      "snp-measurement",
      booted,
      report.measurement === wanted,
      `the guest was launched as the release says: ${wanted}`,
      `the guest was launched with the measurement ${report.measurement}; the release's is ${wanted}`,
    );
  vouched.says("snp-id-block", booted, idBlockText(report));
  vouched.decide(
    "snp-host-data",
    "guest-rules-bound",
    report.hostData === expected.boundInitData,
    `HOST_DATA is the digest of the release's init-data: ${expected.boundInitData}`,
    /^0*$/.test(report.hostData)
      ? `the guest was launched without init-data (HOST_DATA is zeros); the release's has the digest ${expected.boundInitData}`
      : `HOST_DATA is ${report.hostData}; the release's init-data has the digest ${expected.boundInitData}`,
  );
  const { reportData } = expected;
  const check = "snp-report-data";
  if ("unknown" in reportData) vouched.findings.notChecked(check, "evidence-fresh", reportData.unknown);
  else
    vouched.decide(
      check,
      "evidence-fresh",
      report.reportData === reportData.value,
      `report data answers the question, and binds the guest's key: ${report.reportData}`,
      `report data is ${report.reportData}; the answer to this question is ${reportData.value}`,
    );
}

/** An ID block names its guest, and is signed by whoever launches it: nothing of a release, which names none. */
function idBlockText({ idKeyDigest, authorKeyDigest, authorKeyEnabled, ...report }: SnpReport): string {
  const names = `family ${report.familyId}, image ${report.imageId}, version ${report.guestSvn}`;
  if (isZero(idKeyDigest)) return "the guest was launched without an ID block, and the release names none";
  const author = authorKeyEnabled ? `, certified by the author key ${authorKeyDigest}` : "";
  return `the guest was launched with an ID block of the key ${idKeyDigest}${author} (${names}); the release names none, so that it counts for nothing`;
}

function examinePolicy({ policy, platform, ...report }: SnpReport, vouched: Vouched): void {
  vouched.decide(
    "snp-policy-debug",
    closed,
    !policy.debugAllowed,
    "the guest's policy keeps the host from debugging it",
    "the guest's policy lets the host read and write its memory for debugging",
  );
  vouched.decide(
    "snp-policy-migration",
    closed,
    !policy.migrateMaAllowed && isOnes(report.migrationAgentReportId),
    "the guest's policy allows no migration agent, and there is none",
    policy.migrateMaAllowed
      ? "the guest's policy allows a migration agent, which could move the guest to another host"
      : `a migration agent is bound to the guest: ${report.migrationAgentReportId}`,
  );
  const { currentFirmware: firmware } = report;
  const abi = `${policy.abiMajor}.${policy.abiMinor}`;
  const runs = `${firmware.major}.${firmware.minor}, build ${firmware.build}`;
  const enough =
    firmware.major > policy.abiMajor || (firmware.major === policy.abiMajor && firmware.minor >= policy.abiMinor);
  vouched.decide(
    "snp-policy-abi",
    closed,
    enough,
    `the guest's policy asks for the firmware's interface ${abi} or newer, and the firmware has ${runs}`,
    `the report contradicts itself: the guest's policy asks for the firmware's interface ${abi} or newer, and the firmware has ${runs}`,
  );
  const broken = [
    ["SMT off", !policy.smtAllowed && platform.smtEnabled],
    ["RAPL off", policy.raplDisableRequired && !platform.raplDisabled],
    ["ciphertext hiding", policy.ciphertextHidingRequired && !platform.ciphertextHidingEnabled],
  ].flatMap(([what, isBroken]) => (isBroken === true ? [what] : []));
  vouched.decide(
    "snp-policy-kept",
    closed,
    broken.length === 0,
    `the host keeps to the guest's policy: ${policyText(policy)}`,
    `the report contradicts itself: the guest's policy demands ${broken.join(" and ")}, and the host has it otherwise`,
  );
}

function policyText(policy: SnpReport["policy"]): string {
  return [
    `SMT ${policy.smtAllowed ? "allowed" : "refused"}`,
    `CXL ${policy.cxlAllowed ? "allowed" : "refused"}`,
    policy.singleSocket ? "one socket alone" : "any socket",
    policy.aes256XtsRequired ? "AES-256-XTS demanded" : "AES-128 suffices",
    policy.raplDisableRequired ? "RAPL off demanded" : "RAPL allowed",
    policy.ciphertextHidingRequired ? "ciphertext hiding demanded" : "ciphertext hiding not demanded",
    policy.pageSwapDisabled ? "no moving or swapping of its pages" : "its pages may be moved and swapped, encrypted",
  ].join(", ");
}

export function isZero(hex: string): boolean {
  return /^0*$/.test(hex);
}

/** REPORT_ID_MA of a guest without a migration agent. */
function isOnes(hex: string): boolean {
  return /^f+$/.test(hex);
}
