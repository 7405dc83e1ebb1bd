import { graphOf, titlesOf } from "../diagram";
import { laidOut } from "../diagramLayout";
import type { Section } from "../document";
import { cell } from "../document";
import type { ReportModel } from "../model";
import { flowWords } from "./flowWords";

/** The drawing, and the same in a table. */
export async function pictureSection({ facts }: ReportModel): Promise<Section> {
  const graph = graphOf(facts);
  const titles = titlesOf(graph);
  return {
    id: "picture",
    title: "What crosses the trust boundary",
    blocks: [
      { kind: "diagram", diagram: await laidOut(graph) },
      {
        kind: "table",
        caption: "The same in words",
        head: ["what flows", "from", "to", "how"],
        rows: graph.flows.map(({ kind, from, to, label }) => [
          cell(flowWords[kind]),
          cell(titles.get(from) ?? from),
          cell(titles.get(to) ?? to),
          cell(label),
        ]),
      },
    ],
  };
}
