import { boundaries } from "../../../policies/rule";
import type { Block, Cell, Inline, Section } from "../document";
import { badge, cell, code, joined, list, text } from "../document";
import type { ReportModel } from "../model";
import type { ControlStanding, GuardRails, PillarControls } from "../pillars";
import { controlOf } from "../threats/controls";
import { sourceOf } from "./words";

/** Pillar by pillar: what is placed, which controls stand, which rules keep watch. */
export function pillarsSection({ pillars }: ReportModel): Section {
  return {
    id: "pillars",
    title: "Pillars and controls in force",
    blocks: [
      text(
        "A ",
        badge("boundary", "good"),
        " holds against a provider who edits every object: hardware measures it, or the key broker compares it. A ",
        badge("guard rail", "quiet"),
        " stops mistakes, where it is run. A control that is not deployed is not claimed, and one that a rule finds something against is not in force.",
      ),
    ],
    parts: pillars.map((pillar) => ({ title: pillar.title, blocks: pillarBlocks(pillar) })),
  };
}

function pillarBlocks({ title, components, controls, guardRails }: PillarControls): Block[] {
  return [
    components.length > 0
      ? list(components.map(({ name, stacks }) => [code(name), ` in ${stacks.join(", ")}`]))
      : text("Nothing that was read places a component of this pillar."),
    ...(controls.length > 0
      ? [
          {
            kind: "table" as const,
            caption: `${title}: controls`,
            head: ["control", "kind", "in force", "claims", "source"],
            rows: controls.map(({ id, standings }) => {
              const { name, title: says, kind, claims, source } = controlOf(id);
              return [
                [[name], [says]],
                cell(badge(kind === "boundary" ? "boundary" : "guard rail", kind === "boundary" ? "good" : "quiet")),
                standings.map(standingWords),
                cell(...joined(claims.map(code))),
                cell(sourceOf(source)),
              ];
            }),
            wide: true,
          },
        ]
      : []),
    ...(guardRails.length > 0
      ? [
          {
            kind: "table" as const,
            caption: `${title}: rules, by what holds where nobody runs them`,
            head: ["behind it stands", "hold for what was read", "in force at an API server", "find something"],
            rows: guardRails.map((rails) => [cell(boundaries[rails.boundary]), ...ruleCells(rails)]),
            wide: true,
          },
        ]
      : []),
  ];
}

function standingWords({ is, because, of }: ControlStanding): Inline[] {
  const word = {
    inForce: badge("in force", "good"),
    absent: badge("not in force", "bad"),
    unknown: badge("not known", "unknown"),
  }[is];
  return [word, ` ${of.join(", ")}${because === undefined ? "" : `: ${because}`}`];
}

function ruleCells({ preview, admission, found }: GuardRails): Cell[] {
  return [preview, admission, found].map((ids) => (ids.length === 0 ? cell("–") : cell(...joined(ids.map(code)))));
}
