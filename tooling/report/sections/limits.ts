import type { Section } from "../document";
import { cell, code, joined, text } from "../document";
import { limits, performance, performanceGap } from "../limits";
import { sourceOf } from "./words";

/** What nothing here stops, whatever is deployed. */
export function limitsSection(): Section {
  return {
    id: "limits",
    title: "What is not covered",
    blocks: [
      text("No control of the architecture stops the following, wherever it is deployed."),
      {
        kind: "table",
        caption: "Not covered",
        head: ["what", "what can happen all the same", "limit of the claims", "sources"],
        rows: limits.map(({ title, says, claims, sources }) => [
          cell(title),
          cell(says),
          cell(...joined(claims.map(code))),
          sources.map((source) => [sourceOf(source)]),
        ]),
        wide: true,
      },
    ],
    parts: [
      {
        title: "Performance",
        blocks: [
          text(
            "Published figures, each of its own set-up; none was measured here, and none is an estimate of this factory. ",
            performanceGap,
          ),
          {
            kind: "table",
            caption: "Published figures of confidential GPUs",
            head: ["figure", "set-up", "source"],
            rows: performance.map(({ figure, setup, source }) => [cell(figure), cell(setup), cell(sourceOf(source))]),
          },
        ],
      },
    ],
  };
}
