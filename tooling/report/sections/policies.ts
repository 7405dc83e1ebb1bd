import type { Section } from "../document";
import { badge, cell, code, text } from "../document";
import type { ReportModel, ReportedException } from "../model";

/** What the policy pack has against what was read, and what is borne. */
export function policiesSection({ findings, exceptions, undecided, pack, stacks }: ReportModel): Section {
  const asked = new Set(stacks.flatMap(({ policies }) => [...policies.applied])).size;
  return {
    id: "policies",
    title: "Policy results and exceptions",
    blocks: [
      text(`${asked} rules of pack `, code(pack), " found something to look at."),
      findings.length === 0
        ? text("None of them finds anything that an exception does not bear.")
        : {
            kind: "table",
            caption: "What rules find",
            head: ["rule", "does", "stack", "resource", "what is wrong"],
            rows: findings.map(({ rule, level, stack, resource, path, message }) => [
              cell(code(rule)),
              cell(level === "mandatory" ? badge("refuses", "bad") : badge("warns", "partly")),
              cell(code(stack)),
              [[code(resource)], ...(path === "" ? [] : [[code(path)]])],
              cell(message),
            ]),
            wide: true,
          },
      ...(undecided.length === 0
        ? []
        : [
            {
              kind: "table" as const,
              caption: "Not decided: only `up` will know a value",
              head: ["rule", "stack", "resource", "value"],
              rows: undecided.map(({ rule, stack, resource, path }) => [
                cell(code(rule)),
                cell(code(stack)),
                cell(code(resource)),
                cell(code(path)),
              ]),
              wide: true,
            },
          ]),
    ],
    parts: [
      {
        title: "Exceptions",
        blocks: [
          exceptions.length === 0
            ? text("No exception is granted.")
            : {
                kind: "table",
                caption: "Violations that somebody answers for, until a day",
                head: ["rule", "stack", "lets pass", "reason", "owner", "until", "state"],
                rows: exceptions.map(exceptionRow),
                wide: true,
              },
        ],
      },
    ],
  };
}

function exceptionRow({ stack, exception, uses, state }: ReportedException) {
  const { rule, resource, namespace, path, reason, owner, until } = exception;
  const place = [
    resource,
    ...(namespace === undefined ? [] : [`in ${namespace}`]),
    ...(path === undefined ? [] : [path]),
  ].join(", ");
  return [
    cell(code(rule)),
    cell(code(stack)),
    uses.length > 0 ? uses.map((use) => [code(use)]) : [[code(place)], ["nothing needs it"]],
    cell(reason),
    cell(owner),
    cell(until),
    cell(badge(stateTitles[state], state === "expired" ? "bad" : state === "used" ? "partly" : "quiet")),
  ];
}

const stateTitles: Readonly<Record<ReportedException["state"], string>> = {
  used: "used",
  unused: "not used",
  expired: "expired",
  undated: "not dated",
};
