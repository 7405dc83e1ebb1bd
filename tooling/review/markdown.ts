import type { Party, Pillar } from "../../policies/rule";
import { parties, pillars } from "../../policies/rule";
import type { Change, Direction, Location } from "./change";
import type { Review } from "./compare";
import { describeException, expiringDays } from "./compareExceptions";
import { describeViolation } from "./compareViolations";
import { outcomeOf } from "./outcome";
import { code, count } from "./text";

/** First line of the comment, by which its next edition finds it. Nothing that base or head wrote can stand there. */
export const marker = "<!-- trustfoundry-review -->";

/** GitHub takes 65,536 characters; what a section has beyond its share is counted, and stands in the SARIF file. */
const mostItems = 40;
const mostCharacters = 60_000;

const pillarTitles: Readonly<Record<Pillar, string>> = {
  hardware: "hardware root of trust",
  runtime: "Kata Containers",
  guest: "hardened guest",
  attestation: "attestation and keys",
  images: "images",
  cluster: "Kubernetes and GPU Operator",
};
const partyTitles: Readonly<Record<Party, string>> = {
  modelOwner: "model owner",
  infrastructureProvider: "infrastructure provider",
  dataOwner: "data owner",
};
const marks: Readonly<Record<Direction, string>> = { weaker: "▼", stronger: "▲", changed: "◆" };

/**
 * The comment on a pull request. What base or head wrote (names, values, reasons, rules' texts) stands in code spans
 * and nowhere else, so that it can forge neither formatting nor a line of this comment.
 */
export function markdown(review: Review): string {
  const text = sections(review, mostItems);
  if (text.length <= mostCharacters) return text;
  // Half as many lines until it fits; the head alone is short.
  for (let items = mostItems / 2; items >= 1; items = Math.floor(items / 2)) {
    const shorter = sections(review, items);
    if (shorter.length <= mostCharacters) return shorter;
  }
  return sections(review, 0);
}

function sections(review: Review, most: number): string {
  const { changes, violations, refusals, baseRefusals, exceptions, notYetKnown, unseen, simulated } = review;
  // New violations stand in a section of their own; only what was mended is said once more.
  const by = (direction: Direction) =>
    changes
      .filter((change) => change.direction === direction && !(change.kind === "violation" && direction === "weaker"))
      .map(changeLine);
  const parts = [
    [marker, `## Trustfoundry review: ${headline(review)}`, summary(review)].join("\n\n"),
    matrix(changes),
    section(
      "Head could not be judged whole",
      refusals.map(({ subject, text, location }) => `${code(subject)}: ${code(text)}${at(location)}`),
      most,
    ),
    section(
      "Base could not be judged whole, so that what changes is not known whole",
      baseRefusals.map(({ subject, text }) => `${code(subject)}: ${code(text)}`),
      most,
    ),
    section(
      "Violations in head",
      violations.map(
        (violation) =>
          `${violation.level === "mandatory" ? "**refused**" : "warning"}, ${violation.baseline === "new" ? "new" : "in base, too"}: ${code(violation.subject)}: ${code(describeViolation(violation))}${at(violation.location)}`,
      ),
      most,
    ),
    section("Weaker", by("weaker"), most),
    section("Stronger", by("stronger"), most),
    section("Changes hands or measurement", by("changed"), most),
    section(
      "Exceptions in head",
      exceptions.map(
        ({ exception, state, uses, location }) =>
          `**${stateTitles[state]}**: ${code(describeException(exception))}${at(location)}; ${uses.length === 0 ? "lets nothing pass" : `lets pass: ${uses.map(code).join(", ")}`}`,
      ),
      most,
    ),
    section(
      "Not checked yet: only `up` will know these values",
      notYetKnown.map(
        ({ subject, rule, resource, path }) => `${code(subject)}: ${code(`${rule} at ${resource}: ${path}`)}`,
      ),
      most,
    ),
    section(
      "Not seen: encrypted settings, replaced by placeholders",
      unseen.map(({ subject, setting }) => `${code(subject)}: ${code(setting)}`),
      most,
    ),
    section(
      "SIMULATED: stand-ins took the place of these clouds' providers",
      simulated.map(({ subject, clouds }) => `${code(subject)}: ${clouds.map(code).join(", ")}`),
      most,
    ),
    footer(review),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const stateTitles = {
  expired: "expired",
  expiring: `ends within ${expiringDays} days`,
  used: "used",
  unused: "not used",
} as const;

function headline(review: Review): string {
  const outcome = outcomeOf(review);
  if (outcome === "violations") return "head is refused";
  return outcome === "weaker" ? "head is weaker than base" : "nothing becomes weaker";
}

function summary({ base, head, pack, stacks, changes, violations, refusals, exceptions }: Review): string {
  const number = (direction: Direction) => changes.filter((change) => change.direction === direction).length;
  const refused = violations.filter(({ level }) => level === "mandatory").length;
  const used = exceptions.filter(({ uses }) => uses.length > 0).length;
  const said = [
    `${count(refused, "violation")} refused`,
    `${count(violations.length - refused, "warning")}`,
    `${number("weaker")} weaker`,
    `${number("stronger")} stronger`,
    `${number("changed")} otherwise`,
    `${count(used, "exception")} used`,
    ...(refusals.length > 0 ? [`${count(refusals.length, "reason")} why head could not be judged whole`] : []),
  ];
  return `${said.join(" · ")}\n\nBase ${code(base)}, head ${code(head)}, pack ${code(pack)}, stacks ${stacks.map(code).join(", ") || "none"}.`;
}

/** How much becomes weaker and stronger, by pillar and by the party that it protects. A change may protect several. */
function matrix(changes: readonly Change[]): string {
  const cell = (pillar: Pillar, party: Party) => {
    const found = changes.filter((change) => change.pillar === pillar && change.protects.includes(party));
    const of = (direction: Direction) => found.filter((change) => change.direction === direction).length;
    const shown = (["weaker", "stronger", "changed"] as const).flatMap((direction) =>
      of(direction) > 0 ? [`${marks[direction]} ${of(direction)}`] : [],
    );
    return shown.join(" ") || "–";
  };
  const rows = pillars
    .filter((pillar) => changes.some((change) => change.pillar === pillar))
    .map((pillar) => `| ${pillarTitles[pillar]} | ${parties.map((party) => cell(pillar, party)).join(" | ")} |`);
  if (rows.length === 0) return "";
  return [
    `| ▼ weaker, ▲ stronger, ◆ otherwise, for the | ${parties.map((party) => partyTitles[party]).join(" | ")} |`,
    `| --- | ${parties.map(() => "---").join(" | ")} |`,
    ...rows,
  ].join("\n");
}

function changeLine({ direction, pillar, protects, subject, text, location }: Change): string {
  const whom = protects.map((party) => partyTitles[party]).join(" and ");
  const about = [...(pillar ? [pillarTitles[pillar]] : []), ...(whom === "" ? [] : [`for the ${whom}`])].join(", ");
  return `${marks[direction]} ${about === "" ? "" : `${about}: `}${code(subject)}: ${code(text)}${at(location)}`;
}

function at(location: Location | undefined): string {
  if (!location) return "";
  return ` (${location.exact ? "" : "near "}${code(`${location.file}:${location.line}`)})`;
}

function section(title: string, items: readonly string[], most: number): string {
  if (items.length === 0) return "";
  const rest = items.length - most;
  const more = rest > 0 ? [`- … and ${rest} more, in the SARIF and JUnit files`] : [];
  return [`### ${title}`, [...items.slice(0, most).map((item) => `- ${item}`), ...more].join("\n")].join("\n\n");
}

function footer({ judgesChanged }: Review): string {
  const changed =
    judgesChanged.length === 0
      ? "The code that judges is the same in base and head."
      : `**The code that judges differs between base and head**: ${judgesChanged.map(code).join(", ")}. Read it: it took part in this comment.`;
  return [
    "---",
    `${changed} A rule in a preview is a guard rail; what holds against those who do not run it is said on each rule's page. ` +
      "Previewed without a cluster and without secrets; what was simulated or not seen is listed above.",
  ].join("\n\n");
}
