import { isolationUnits } from "../../../components/verdict/isolation";
import { count } from "../../review/text";
import type { Block, Inline, Section } from "../document";
import { badge, cell, code, strong } from "../document";
import type { ReportModel } from "../model";
import { outcomeBadges } from "./words";

/** The first page: what this is, and what stands out. */
export function summarySection(model: ReportModel): Section {
  const { facts, stacks } = model;
  const previewed = stacks.filter(({ origin }) => origin === "preview");
  const notices: Block[] = [
    ...(facts.simulated
      ? [
          notice(
            "bad",
            strong("SIMULATED."),
            " Evidence, digests or clouds in here are made up. Nothing of this protects anything, and nothing here is evidence of confidentiality.",
          ),
        ]
      : []),
    ...(previewed.length > 0
      ? [
          notice(
            "unknown",
            strong("Previewed, not deployed: "),
            previewed.map(({ name }) => name).join(", "),
            ". What is said of these stacks holds once they are deployed as they stand.",
          ),
        ]
      : []),
    ...stacks
      .filter(({ refusals }) => refusals.length > 0)
      .map(({ name, refusals }) => notice("bad", strong(`${name} could not be seen whole: `), refusals.join(" "))),
  ];
  return {
    id: "summary",
    title: "Summary",
    blocks: [
      ...notices,
      {
        kind: "terms",
        items: [
          { term: "factory", of: cell(code(facts.factory)) },
          { term: "isolation", of: model.places.map((place) => [isolationUnits[place].title]) },
          { term: "releases", of: cell(facts.releases.map(({ name }) => name).join(", ") || "none was read") },
          { term: "matrix", of: cell(...matrixWords(model)) },
          { term: "policy rules", of: cell(...policyWords(model)) },
          { term: "advisories", of: cell(...advisoryWords(model)) },
          {
            term: "made from",
            of: stacks.map(({ name, origin, asOf }) => [
              code(name),
              `: ${origin === "state" ? `state of ${asOf ?? "an unknown day"}` : "preview"}`,
            ]),
          },
          { term: "ends compared with", of: cell(model.today ?? "no day: give one with --date") },
        ],
      },
    ],
  };
}

const notice = (tone: "bad" | "unknown", ...of: readonly Inline[]): Block => ({ kind: "notice", tone, of });

function matrixWords({ matrices }: ReportModel): Inline[] {
  const cells = matrices.flatMap((matrix) => matrix.cells);
  if (cells.length === 0) return ["no place was read"];
  const words = (["stopped", "partly", "open", "unknown"] as const).flatMap((outcome) => {
    const number = cells.filter((each) => each.outcome === outcome).length;
    return number === 0 ? [] : [badge(`${number} ${outcomeBadges[outcome].badge}`, outcomeBadges[outcome].tone), " "];
  });
  return [...words, `of ${count(cells.length, "pair")} of adversary and asset`];
}

function policyWords({ findings, exceptions, undecided, pack }: ReportModel): Inline[] {
  const refused = findings.filter(({ level }) => level === "mandatory").length;
  const warned = findings.length - refused;
  return [
    badge(`${refused} refused`, refused > 0 ? "bad" : "good"),
    ` ${count(warned, "warning")}, ${count(exceptions.length, "exception")}, ${undecided.length} not decided yet; pack `,
    code(pack),
  ];
}

function advisoryWords({ advisories }: ReportModel): Inline[] {
  const affected = advisories.filter(({ standing }) => standing === "affected").length;
  const unknown = advisories.filter(({ standing }) => standing === "unknown").length;
  return [
    badge(`${affected} in force`, affected > 0 ? "bad" : "good"),
    ` ${unknown} not known, of ${advisories.length}`,
  ];
}
