import type { ExamineContext } from "../context";
import type { SnpTcb } from "../evidence/snpBits";
import { tcbParts } from "../evidence/snpBits";
import type { SnpReport } from "../evidence/snpReport";
import type { Endorsement } from "./endorsement";
import type { Vouched } from "./vouched";

const claim = "cpu-firmware-current";

/** Words for screens. */
const partNames = {
  fmc: "FMC",
  bootloader: "boot loader",
  tee: "TEE",
  snp: "SNP firmware",
  microcode: "microcode",
} as const satisfies Record<keyof SnpTcb, string>;

/**
 * Versions of the processor's firmware. The reported ones count: the signing key was made for them, so that older firmware
 * cannot claim them. They may be older than what runs, never newer.
 */
export function examineFirmware(
  report: SnpReport,
  endorsement: Endorsement | undefined,
  { expected }: Pick<ExamineContext, "expected">,
  vouched: Vouched,
): void {
  const { reportedTcb, currentTcb, committedTcb } = report;
  if (!endorsement)
    vouched.findings.notChecked("snp-certified-tcb", claim, "there is no certificate that names the firmware");
  else {
    const { kind, identity } = endorsement;
    vouched.decide(
      "snp-certified-tcb",
      claim,
      tcbParts.every((part) => identity.tcb[part] === reportedTcb[part]),
      `the ${kind} is for the firmware that the report names: ${tcbText(reportedTcb)}`,
      `the report names the firmware ${tcbText(reportedTcb)}, and the ${kind} is for ${tcbText(identity.tcb)}`,
    );
  }
  const floor = expected.tcb.snp;
  if (!floor) vouched.findings.failed("snp-tcb-floor", claim, "the release names no firmware of SEV-SNP processors");
  else
    for (const part of ["bootloader", "tee", "snp", "microcode"] as const)
      vouched.decide(
        `snp-tcb-${part}`,
        claim,
        reportedTcb[part] >= floor[part],
        `${partNames[part]}: version ${reportedTcb[part]}, and the release demands at least ${floor[part]}`,
        `${partNames[part]}: version ${reportedTcb[part]}; the release demands at least ${floor[part]}`,
      );
  if (reportedTcb.fmc !== undefined)
    vouched.findings.notChecked(
      "snp-tcb-fmc",
      claim,
      `FMC: version ${reportedTcb.fmc}; releases name no lowest version of this part of Turin's firmware, and Trustee compares none`,
    );
  vouched.decide(
    "snp-tcb-consistent",
    claim,
    notAbove(reportedTcb, currentTcb) && notAbove(committedTcb, currentTcb),
    `neither the reported nor the committed firmware is newer than the one that runs, ${tcbText(currentTcb)}`,
    `the report contradicts itself: ${tcbText(currentTcb)} runs, ${tcbText(reportedTcb)} is reported and ${tcbText(committedTcb)} committed`,
  );
  if (floor) examineCommitted(report, floor, vouched);
}

/** Firmware can be changed beneath a running guest, down to the committed version, after the report was made. */
function examineCommitted({ committedTcb }: SnpReport, floor: SnpTcb, vouched: Vouched): void {
  const below = tcbParts.filter((part) => (committedTcb[part] ?? 0) < (floor[part] ?? 0));
  if (below.length === 0)
    return vouched.says(
      "snp-tcb-committed",
      claim,
      `the host cannot go back behind the release's floor: ${tcbText(committedTcb)} is committed`,
    );
  const open = below.map((part) => `${partNames[part]} ${committedTcb[part] ?? 0} of at least ${floor[part] ?? 0}`);
  vouched.findings.asserted(
    "snp-tcb-committed",
    claim,
    "the provider of the host",
    `the host can go back to firmware older than the release demands, as long as it has not committed the newer one (${open.join(", ")})`,
  );
}

/** Part by part; a part that one of the two does not have is equal. */
function notAbove(low: SnpTcb, high: SnpTcb): boolean {
  return tcbParts.every((part) => (low[part] ?? 0) <= (high[part] ?? 0));
}

export function tcbText(tcb: SnpTcb): string {
  return tcbParts
    .filter((part) => tcb[part] !== undefined)
    .map((part) => `${partNames[part]} ${tcb[part]}`)
    .join(", ");
}
