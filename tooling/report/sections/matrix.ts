import { claimOf } from "../../../components/verdict/claims";
import { isolationUnits } from "../../../components/verdict/isolation";
import type { Block, Cell, Inline, Section } from "../document";
import { badge, cell, code, joined, list, text } from "../document";
import type { Matrix, ReportModel, WayRow } from "../model";
import { controlOf } from "../threats/controls";
import type { Cell as MatrixCell } from "../threats/matrix";
import { outcomes } from "../threats/matrix";
import { adversaries, adversaryNames, assetNames, assets } from "../threats/ways";
import { outcomeBadges, sourceOf } from "./words";

/** Who is stopped from what, and by what. */
export function matrixSection({ matrices, facts }: ReportModel): Section {
  const unread =
    matrices.length === 0 ? [text("No provider's stack was read, so that nothing can be said of any place.")] : [];
  return {
    id: "matrix",
    title: "Who is stopped from reaching what",
    blocks: [
      ...(facts.simulated
        ? [{ kind: "notice" as const, tone: "bad" as const, of: ["SIMULATED: as it would be with real evidence."] }]
        : []),
      text("What each outcome means:"),
      list(outcomes.map((outcome) => [outcomeBadges[outcome], ` ${outcomeWords[outcome]}`])),
      text("What each asset stands for:"),
      list(assetNames.map((asset) => [assets[asset]])),
      ...unread,
    ],
    parts: matrices.map((matrix) => ({ title: titleOf(matrix), blocks: [matrixTable(matrix)] })),
  };
}

const outcomeWords: Readonly<Record<(typeof outcomes)[number], string>> = {
  own: "it belongs to that party",
  nobody: "there is no such party at this place",
  stopped: "every way that is known here is stopped, by the controls named",
  partly: "some ways are stopped and others are open",
  unknown: "what would tell was not read; nothing is claimed",
  open: "no way is stopped",
};

const titleOf = ({ place, of }: Matrix) => `${isolationUnits[place].title}: ${of.join(", ")}`;

function matrixTable(matrix: Matrix): Block {
  const at = (adversary: string, asset: string) =>
    matrix.cells.find((each) => each.adversary === adversary && each.asset === asset);
  return {
    kind: "table",
    caption: `Adversaries and assets, ${titleOf(matrix)}`,
    head: ["adversary", ...assetNames],
    rows: adversaryNames.map((adversary) => [
      cell(adversaries[adversary]),
      ...assetNames.map((asset) => {
        const found = at(adversary, asset);
        return found ? cellLines(found) : cell("–");
      }),
    ]),
    wide: true,
  };
}

function cellLines({ outcome, note, ways }: MatrixCell): Cell {
  const by = [...new Set(ways.flatMap((way) => way.by))].map((id) => controlOf(id).name);
  const named = (is: string) => [...new Set(ways.filter((way) => way.is === is).map(({ what }) => what))];
  const line = (head: string, names: readonly string[]): Inline[][] =>
    names.length === 0 ? [] : [[`${head}: ${names.join("; ")}`]];
  return [
    [outcomeBadges[outcome]],
    ...(note === undefined ? [] : [[note]]),
    ...(by.length === 0 ? [] : [[`by ${by.join(", ")}`]]),
    ...line("open", named("open")),
    ...line("not known", named("unknown")),
  ];
}

/** Each way once: what stops it or why nothing does, and which cells it belongs to. */
export function waysSection({ ways, matrices, claims }: ReportModel): Section {
  const several = matrices.length > 1;
  return {
    id: "ways",
    title: "Ways to an asset, and what stops them",
    blocks: [
      text("The matrix is made of these. What is open comes first."),
      {
        kind: "table",
        caption: "Ways, what stops them, and why some are open",
        head: ["way", "stands", "by, or why not", "to which asset, and whom", "claims", "sources"],
        rows: ways.map((way) => wayRow(way, several)),
        wide: true,
      },
    ],
    parts: [
      {
        title: "Claims behind it",
        blocks: [
          {
            kind: "table",
            caption: "Claims of the architecture that controls and ways rest on",
            head: ["claim", "says", "does not cover"],
            rows: claims.map((id) => [cell(code(id)), cell(claimOf(id).says), cell(claimOf(id).limit)]),
            wide: true,
          },
        ],
      },
    ],
  };
}

function wayRow({ what, is, by, because, of, leads, claims, sources }: WayRow, several: boolean): Cell[] {
  return [
    [[what], ...(several ? [[of.join(", ")]] : [])],
    cell(is === "stopped" ? outcomeBadges.stopped : is === "unknown" ? outcomeBadges.unknown : badge("open", "bad")),
    is === "stopped" ? by.map((id) => [controlOf(id).title]) : cell(because ?? ""),
    assetNames.flatMap((asset) => {
      const who = leads.filter(({ assets: led }) => led.includes(asset)).map(({ adversary }) => adversaries[adversary]);
      return who.length === 0 ? [] : [[`${asset}: ${who.join(", ")}`]];
    }),
    cell(...joined(claims.map(code))),
    sources.map((source) => [sourceOf(source)]),
  ];
}
