import Table from "cli-table3";
import { boundDigest } from "../../../components/guest/initData";
import type { Verification } from "../../../components/guest/measurement/launchProfile";
import type { GuestMeasurement } from "../../../components/guest/measurement/measureGuest";
import type { Comparison } from "../../../components/guest/measurement/qemu/compareWithProfile";
import type { Shim } from "../../../components/guest/shape";
import type { CpuTee } from "../../../components/host/hardware";

/** Everything that `measure` found; printed as it is with --json. */
export interface MeasureReport {
  readonly guest: string;
  /** SHA-256 of the guest image's file. */
  readonly guestDigest: string;
  readonly simulated: boolean;
  readonly kata: string;
  readonly tee: CpuTee;
  readonly shim: Shim;
  readonly verified: false | Verification;
  readonly cpuLimit?: string;
  readonly vcpus: number;
  readonly cpuModel: string;
  readonly memoryMib: number;
  readonly commandLine: string;
  readonly measurement: GuestMeasurement;
  /** MRTD on hosts that add all pages of a section before they measure them: patched kernels before Linux 6.16. */
  readonly mrTdTwoPass?: string;
  readonly initDataDigest?: string;
  readonly warnings: readonly string[];
  readonly comparison?: Comparison;
}

/** What another field of the hardware's report says, or nothing does. */
const beside: Record<CpuTee, readonly [string, string][]> = {
  snp: [
    ["guest policy (debugging), firmware versions", "fields of their own in the report"],
    ["memory size, devices", "not in the report; GPUs prove themselves by evidence of their own"],
  ],
  tdx: [
    ["TD attributes (debugging), XFAM, MRSEAM", "fields of their own in the report"],
    ["vCPUs, memory size, devices, ACPI tables", "in RTMR0, which changes with the host and is not computed"],
  ],
};

export function reportText(report: MeasureReport): string {
  const { tee, verified, comparison, kata } = report;
  // Kata 4 names no vCPUs on the command line any more.
  const bound = tee === "snp" || kata === "3.29.0" ? "" : " (not in these registers)";
  return [
    ...(report.simulated ? ["SIMULATED: a made-up guest image; no guest has this measurement."] : []),
    table("measured", [
      ["guest image", `${report.guest}, SHA-256 ${report.guestDigest}`],
      ["launch profile", `Kata ${report.kata}, ${tee}, shim ${report.shim}; ${verifiedText(verified)}`],
      ["vCPUs", `${report.vcpus} ${report.cpuModel}, for ${limitText(report.cpuLimit)}${bound}`],
      ...registers(report.measurement),
      ...(report.mrTdTwoPass ? [["MRTD before Linux 6.16", report.mrTdTwoPass] as const] : []),
    ]),
    table("beside the measurement", [
      ["init-data", initDataText(report)],
      ...(tee === "snp" ? [["memory", `${report.memoryMib} MiB`] as [string, string]] : []),
      ...beside[tee],
    ]),
    `kernel command line:\n${report.commandLine}`,
    ...report.warnings.map((warning) => `⚠ ${warning}`),
    ...(comparison?.equal
      ? [["✓ QEMU was started as the launch profile says.", ...comparison.notes.map((note) => `  ${note}`)].join("\n")]
      : []),
  ].join("\n\n");
}

function registers(measurement: GuestMeasurement): [string, string][] {
  if (measurement.tee === "snp") return [["launch digest", measurement.launchDigest]];
  const { mrTd, rtmr1, rtmr2 } = measurement;
  return [
    ["MRTD (firmware)", mrTd],
    ["RTMR1 (kernel)", rtmr1],
    ["RTMR2 (command line)", rtmr2],
  ];
}

function initDataText({ tee, initDataDigest }: MeasureReport): string {
  const field = tee === "snp" ? "HOST_DATA" : "MRCONFIGID";
  return initDataDigest === undefined
    ? `its digest is in ${field}; give --init-data to see it`
    : `${field} ${boundDigest(tee, initDataDigest)}`;
}

function verifiedText(verified: false | Verification): string {
  return verified ? `verified ${verified.date} against ${verified.against}` : "read from source, NOT VERIFIED yet";
}

const limitText = (limit: string | undefined) => (limit === undefined ? "no CPU limit" : `a CPU limit of ${limit}`);

/** Two columns; a 48-byte digest takes one line. */
function table(title: string, rows: readonly (readonly [string, string])[]): string {
  const lines = new Table({
    head: [title, ""],
    colWidths: [30, 100],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const row of rows) lines.push([...row]);
  return lines.toString();
}
