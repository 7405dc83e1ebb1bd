import { advisoriesAsOf } from "../../../policies/advisories";
import type { AdvisoryStanding } from "../advisories";
import type { Section } from "../document";
import { badge, cell, code, list, text } from "../document";
import type { Badge } from "../document";
import type { ReportModel } from "../model";
import { sourceOf } from "./words";

/** Versions in force, and published defects of them. */
export function versionsSection({ versions, advisories, platformWarnings }: ReportModel): Section {
  return {
    id: "versions",
    title: "Versions and advisories",
    blocks: [
      versions.length === 0
        ? text("No stack that was read places a chart or names a version.")
        : {
            kind: "table",
            caption: "Versions in force",
            head: ["component", "version", "the catalog pins", "stack", "source of the pin"],
            rows: versions.map(({ component, version, pinned, stack, source }) => [
              cell(code(component)),
              cell(code(version)),
              pinned === undefined
                ? cell("–")
                : cell(pinned === version ? badge("the same", "good") : badge(pinned, "partly")),
              cell(code(stack)),
              cell(source),
            ]),
            wide: true,
          },
      ...(platformWarnings.length > 0
        ? [
            text("Said of the platform sets in force at every preview:"),
            list(platformWarnings.map((warning) => [warning])),
          ]
        : []),
    ],
    parts: [
      {
        title: "Advisories",
        blocks: [
          text(
            `As of ${advisoriesAsOf}. No advisory on Trustee or on the guest's components was found up to that day, which shows little.`,
          ),
          {
            kind: "table",
            caption: "Published advisories, against the versions in force",
            head: ["advisory", "of", "affected", "mended in", "what", "here", "source"],
            rows: advisories.map(({ advisory, standing, because }) => [
              [[code(advisory.id)], ...advisory.also.map((id) => [code(id)])],
              cell(advisory.of),
              cell(advisory.affected === undefined ? "not known" : code(advisory.affected)),
              cell(advisory.fixed),
              cell(advisory.what),
              [[standingBadges[standing]], [because]],
              cell(sourceOf(advisory.source)),
            ]),
            wide: true,
          },
        ],
      },
    ],
  };
}

const standingBadges: Readonly<Record<AdvisoryStanding, Badge>> = {
  affected: badge("affected", "bad"),
  unused: badge("not in use", "partly"),
  fixed: badge("mended", "good"),
  unknown: badge("not known", "unknown"),
};
