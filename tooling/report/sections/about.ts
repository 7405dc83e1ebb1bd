import type { Section } from "../document";
import { cell, code, list, text } from "../document";
import type { ReportModel } from "../model";

/** What this was made from, and what it has not seen. */
export function aboutSection({ stacks }: ReportModel): Section {
  const unseen = stacks.flatMap(({ name, unseen: settings }) =>
    settings.map((setting) => [code(name), ": ", code(setting)]),
  );
  return {
    id: "about",
    title: "What this was made from",
    blocks: [
      {
        kind: "table",
        caption: "Stacks",
        head: ["stack", "role", "read from", "as of", "resources"],
        rows: stacks.map(({ name, config, origin, asOf, resources }) => [
          cell(code(name)),
          cell(config.role),
          cell(origin),
          cell(asOf ?? "–"),
          cell(String(resources.length)),
        ]),
        wide: true,
      },
      text(
        "A state says what was deployed, and not what somebody has changed since by other means. A preview says what would be. Neither is evidence: whether a guest is what its release says, ",
        code("trustfoundry verify"),
        " finds out.",
      ),
      ...(unseen.length === 0 ? [] : [text("Encrypted settings, which nobody has looked at:"), list(unseen)]),
    ],
  };
}
