import Table from "cli-table3";
import type { CollateralUse, Finding, Grade } from "../../components/verdict/finding";
import type { MachineVerdict } from "../../components/verdict/machineVerdict";
import type { ClaimVerdict, Verdict } from "../../components/verdict/verdict";
import { printable } from "../ui";

export const simulatedBanner = "SIMULATED: a rehearsal's hardware and vendors. It says nothing about any real guest.";

const marks: Readonly<Record<Grade, string>> = { verified: "✔", asserted: "≈", notChecked: "?", failed: "✗" };
const gradeNames: Readonly<Record<Grade, string>> = {
  verified: "verified",
  asserted: "asserted",
  notChecked: "not checked",
  failed: "FAILED",
};

export interface ScreenArgs {
  /** Where the guest was asked; absent for evidence in a file. */
  readonly url?: string;
  /** Whether each check is listed, or only those that decided something. */
  readonly all?: boolean;
  /** What the reader can do about a verdict that is not accepted. */
  readonly hints?: readonly string[];
}

/** A verdict for a person: first whether it is simulated, last what it comes to. */
export function verdictScreen(
  verdict: Verdict | MachineVerdict,
  { url, all = false, hints = [] }: ScreenArgs = {},
): string {
  const { claims, judgedAt } = verdict;
  const required = claims.filter((claim) => claim.required);
  const others = claims.filter((claim) => !claim.required);
  return [
    ...(verdict.simulated ? [simulatedBanner, ""] : []),
    ...heldAgainst(verdict),
    `${url === undefined ? "Evidence from a file" : `Guest at ${printable(url)}`}, judged at ${judgedAt}`,
    claimTable("What has to hold before a prompt is sent", required),
    ...(others.length > 0 ? [claimTable("Beside it", others)] : []),
    ...(all ? checkLines(claims) : []),
    ...collateralLines(verdict.collateral),
    "",
    ...conclusion(verdict),
    ...(verdict.accepted ? [] : hints.map((hint) => `  ${hint}`)),
    ...(verdict.simulated ? [simulatedBanner] : []),
  ].join("\n");
}

/** What the guest was held against, and who stands behind that. */
function heldAgainst(verdict: Verdict | MachineVerdict): string[] {
  if ("release" in verdict) {
    const { name, owner, digest } = verdict.release;
    return [`Release ${printable(name)} of ${printable(owner)}, digest ${digest}`];
  }
  const { source, digest } = verdict.expectation;
  return [
    `Expectation ${printable(source)}, SHA-256 ${digest}: the reader's own file`,
    "No release stands behind it, and nobody signed it: these values are as good as whoever observed them.",
  ];
}

/** Columns for a table: as wide as the terminal; a file or a pipe has no width of its own. */
export const screenWidth = () => Math.max(80, Math.min(process.stdout.columns ?? 132, 160));

function claimTable(title: string, claims: readonly ClaimVerdict[]): string {
  const width = screenWidth();
  const table = new Table({
    head: [title, "grade", "why, and what it leaves open"],
    colWidths: [Math.floor((width - 19) * 0.36), 15, Math.floor((width - 19) * 0.64)],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { says, grade, by, findings, limit } of claims)
    table.push([
      says,
      `${marks[grade]} ${gradeNames[grade]}${by.length > 0 ? ` by ${by.map((name) => printable(name)).join(" and ")}` : ""}`,
      [...shownFindings(findings, grade).map((each) => findingLine(each, 180)), `Leaves open: ${limit}.`].join("\n"),
    ]);
  return table.toString();
}

/** Findings in a cell of the table: wrapping takes it the longer the more lines there are, and much longer soon. */
const mostShown = 2;

/** Of a good claim how many checks it rests on; of any other one those that made it so. */
function shownFindings(findings: readonly Finding[], grade: Grade): readonly (Finding | string)[] {
  if (grade === "verified") return [`${findings.length} ${findings.length === 1 ? "check" : "checks"} passed.`];
  const deciding = findings.filter((finding) => finding.grade === grade);
  const more = deciding.length - mostShown;
  return more > 0 ? [...deciding.slice(0, mostShown), `… and ${more} more; --all lists them.`] : deciding;
}

/** Every check by its claim; a cell of the table would take a minute to wrap. */
function checkLines(claims: readonly ClaimVerdict[]): string[] {
  return claims.flatMap(({ says, findings }) => ["", `${says}:`, ...findings.map((each) => `  ${findingLine(each)}`)]);
}

function findingLine(finding: Finding | string, most = 600): string {
  if (typeof finding === "string") return finding;
  const { grade, of, check, says, by } = finding;
  return `${marks[grade]} ${printable(of, 40)}: ${check}: ${printable(says, most)}${by ? ` (${printable(by, 100)})` : ""}`;
}

/** What vendors' documents a verdict without a network rests on, how old they are, and what that leaves open. */
function collateralLines(collateral: readonly CollateralUse[]): string[] {
  if (collateral.length === 0) return [];
  const day = (date?: Date) => (date ? date.toISOString().slice(0, 10) : "?");
  return [
    "Vendors' documents that this rests on:",
    ...collateral.map(({ title, source, issued, nextUpdate, leavesOpen }) => {
      const age = issued || nextUpdate ? ` of ${day(issued)}, good until ${day(nextUpdate)}` : "";
      const from = source === "missing" ? "missing" : `from ${printable(source, 160)}`;
      return `  - ${printable(title, 120)}${age}, ${from}; leaves open: ${printable(leavesOpen, 200)}`;
    }),
  ];
}

function conclusion({ overall, by, accepted, standing }: Omit<Verdict, "release">): string[] {
  const whose = by.length > 0 ? ` by ${by.map((name) => printable(name)).join(" and ")}` : "";
  const verdict = `Verdict: ${gradeNames[overall]}${whose}, as its weakest required claim is.`;
  if (overall === "verified") return [`✔ ${verdict}`];
  if (accepted) return [`✔ ${verdict} Everything less than verified was accepted by name (--accept).`];
  return [
    `✗ ${verdict} Send no prompt.`,
    ...whoseWord(standing),
    ...(standing.some(({ grade }) => grade === "failed") ? [] : openChecks(standing)),
  ];
}

function whoseWord(standing: readonly Finding[]): string[] {
  const names = [...new Set(standing.flatMap(({ by }) => by ?? []))].sort();
  return names.map((name) => `  To take this word for it: --accept "asserted:${printable(name)}"`);
}

function openChecks(standing: readonly Finding[]): string[] {
  const checks = [...new Set(standing.filter(({ grade }) => grade === "notChecked").map(({ check }) => check))].sort();
  if (checks.length === 0) return [];
  return [`  Not checked: ${checks.join(", ")}. See above what each needs; --accept unchecked:<check> goes without.`];
}
