import { printable, printableJson } from "../ui";
import { count } from "../review/text";
import type { DriftScreen } from "./run";
import { exitCodeOf, exitCodes } from "./drift";
import type { Finding, Unlooked } from "./types";
import { objectText, severities } from "./types";

const marks = { critical: "✗", high: "✗", medium: "!", low: "·" } as const;
const safe = (text: string) => printable(text, 400);

/** What a person reads: the gravest first, each with what it opens, who did it, and what healing does. */
export function driftText(screen: DriftScreen): string {
  const { report, healed, simulated } = screen;
  return [
    ...(simulated
      ? ["SIMULATED: hosts and guests are made up; clusters, states and objects are read as they are"]
      : []),
    ...(healed
      ? [
          section("Healed", healed.done),
          section("Not ours to heal", healed.refused),
          section("Not healed, for the API server refused", healed.failed),
        ].filter((text) => text !== undefined)
      : []),
    ...report.findings.map((finding) => findingText(finding)),
    ...unlookedText(report.unlooked),
    closing(screen),
  ].join("\n\n");
}

function findingText({
  severity,
  party,
  stack,
  object,
  path,
  expected,
  live,
  writer,
  means,
  stands,
  claim,
  healing,
  change,
}: Finding): string {
  const who =
    change === "deleted" || !writer
      ? "nobody on record; the API server's audit log may tell"
      : `${writer.manager}${writer.time === undefined ? "" : ` at ${writer.time}`}, by its own word`;
  const rows: (readonly [string, string | undefined])[] = [
    [
      "party",
      `${party.name} (${party.role === "modelOwner" ? "model owner" : "infrastructure provider"}), stack ${stack}`,
    ],
    ["applied", expected],
    ["live", live],
    ["changed", `by ${who}`],
    ["means", means],
    ["stands", `${stands}, about the claim ${claim}`],
    [healing.kind === "refused" ? "stays" : "heals", healing.says],
  ];
  return [
    `${marks[severity]} ${severity}: ${safe(objectText(object))}${path === "" ? "" : ` ${safe(path)}`}`,
    ...rows.flatMap(([name, text]) => (text === undefined ? [] : [`    ${name.padEnd(9)}${safe(text)}`])),
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : [`${title}:`, ...lines.map((line) => `    ${safe(line)}`)].join("\n");
}

function unlookedText(unlooked: readonly Unlooked[]): string[] {
  if (unlooked.length === 0) return [];
  const lines = unlooked.map(({ stack, what, why }) => `    ${safe(`${stack}: ${what}: ${why}`)}`);
  return [`? Could not be looked at, so not known to be fine:\n${lines.join("\n")}`];
}

function closing({ report, healed }: DriftScreen): string {
  const { findings, unlooked, compared } = report;
  const checked = `${count(compared, "object")} compared`;
  switch (exitCodeOf(report)) {
    case exitCodes.drift: {
      const told = severities
        .map((severity) => [severity, findings.filter((each) => each.severity === severity).length] as const)
        .filter(([, number]) => number > 0)
        .map(([severity, number]) => `${number} ${severity}`)
        .join(", ");
      return `${count(findings.length, "finding")} (${told}); ${checked}.${healed ? "" : " --heal puts back what was applied."}`;
    }
    case exitCodes.unlooked:
      return `No drift in what could be looked at, and ${count(unlooked.length, "thing")} could not; ${checked}.`;
    default:
      return `No drift: ${checked}.`;
  }
}

/** The same for programs. */
export function driftJson({ report, healed, simulated }: DriftScreen): string {
  const code = exitCodeOf(report);
  const state = code === exitCodes.drift ? "drift" : code === exitCodes.unlooked ? "unlooked" : "none";
  const { compared, findings, unlooked } = report;
  return printableJson({ simulated, state, compared, ...(healed && { healed }), findings, unlooked });
}
