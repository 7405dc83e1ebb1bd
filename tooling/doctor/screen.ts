import { printable, printableJson } from "../ui";
import type { Question } from "./diagnose";
import type { Diagnosis, Fault, Finding } from "./walk";
import { exitCodeOf, exitCodes } from "./walk";

export interface DoctorScreen {
  readonly question: Question;
  readonly simulated: boolean;
  /** What was looked at: servers, files. */
  readonly sources: readonly string[];
  readonly diagnosis: Diagnosis;
}

const mostCharacters = 600;
/** Whatever a cluster says may be anybody's: no screen obeys it. */
const safe = (text: string) => printable(text, mostCharacters);

/** What a person reads: the first broken link, then what else is broken, what could not be seen, what was not asked. */
export function doctorText(screen: DoctorScreen): string {
  const { diagnosis, simulated, sources } = screen;
  const [first, ...others] = diagnosis.faults;
  return [
    ...(simulated
      ? ["SIMULATED: hosts, GPUs and evidence are made up; clusters, policies and values are read as they are"]
      : []),
    `Looked at ${sources.map(safe).join(", ")}.`,
    ...(first ? [faultText("✗ First broken link", first)] : []),
    ...others.map((fault) => faultText("✗ Also broken", fault)),
    ...listed("? Could not be seen, so not known to be fine", diagnosis.unknown),
    ...listed("– Not asked, or without meaning here", diagnosis.skipped),
    closing(screen),
  ].join("\n\n");
}

function faultText(title: string, { link, question, subjects, outcome, consequences }: Fault): string {
  const rows = [
    ["at", shortList(subjects)],
    ["found", outcome.found],
    ["wanted", outcome.wanted],
    ["why", outcome.why],
    ["remedy", outcome.remedy],
    ["more", outcome.docs],
    ...(consequences.length > 0
      ? [["follows", `broken because of it: ${shortList([...new Set(consequences.map((each) => each.link))])}`]]
      : []),
  ] as const;
  return [
    `${title}: ${link}. ${question}`,
    ...rows.map(([name = "", text = ""]) => `    ${name.padEnd(8)}${safe(text)}`),
  ].join("\n");
}

/** The same reason of many links, told once. */
function listed(title: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const byReason = new Map<string, Finding[]>();
  for (const finding of findings) {
    const why = "why" in finding.outcome ? finding.outcome.why : "";
    byReason.set(why, [...(byReason.get(why) ?? []), finding]);
  }
  const lines = [...byReason].map(([why, members]) => {
    const links = shortList([...new Set(members.map(({ link }) => link))]);
    return `    ${safe(`${links} (${shortList([...new Set(members.map(({ subject }) => subject))])})`)}: ${safe(why)}`;
  });
  return [`${title}:\n${lines.join("\n")}`];
}

function shortList(items: readonly string[]): string {
  const shown = items.slice(0, 8).join(", ");
  return items.length > 8 ? `${shown} and ${items.length - 8} more` : shown;
}

function closing({ diagnosis }: DoctorScreen): string {
  const { faults, unknown, holds } = diagnosis;
  const checked = `${holds.length} links hold`;
  switch (exitCodeOf(diagnosis)) {
    case exitCodes.broken:
      return `${faults.length === 1 ? "One link is broken" : `${faults.length} links are broken, each for itself`}; ${checked}. Mend the first, and ask again.`;
    case exitCodes.unseen:
      return `Nothing is broken in what could be seen, and ${unknown.length === 1 ? "one link" : `${unknown.length} links`} could not be seen; ${checked}.`;
    default:
      return `Nothing is broken: ${checked}.`;
  }
}

/** The same for programs. */
export function doctorJson({ question, simulated, sources, diagnosis }: DoctorScreen): string {
  const code = exitCodeOf(diagnosis);
  const state = code === exitCodes.broken ? "broken" : code === exitCodes.unseen ? "unseen" : "healthy";
  const plain = ({ link, subject, outcome }: Finding) => ({ link, subject, ...outcome });
  const { faults, unknown, skipped, holds } = diagnosis;
  return printableJson({
    simulated,
    question,
    sources,
    state,
    first: faults[0]?.link ?? null,
    faults: faults.map(({ outcome, ...fault }) => ({ ...fault, ...outcome })),
    unknown: unknown.map(plain),
    skipped: skipped.map(plain),
    holds: holds.map(plain),
  });
}
