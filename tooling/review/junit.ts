import { XMLBuilder } from "fast-xml-parser";
import type { Review } from "./compare";
import { describeException } from "./compareExceptions";
import { describeViolation } from "./compareViolations";
import { legible } from "./text";

interface Case {
  readonly name: string;
  readonly group: string;
  readonly failure?: { readonly type: string; readonly lines: readonly string[] };
  readonly skipped?: string;
  readonly output?: readonly string[];
}

/** JUnit: a test case for each rule, each thing that became weaker and each reason why head could not be judged whole. */
export function junit(review: Review): string {
  const suites = [
    { name: "rules", cases: review.rules.map((rule) => ruleCase(rule.id, review)) },
    {
      name: "weaker",
      cases: review.changes
        .filter(({ direction, kind }) => direction === "weaker" && kind !== "violation")
        .map(({ subject, text, kind }): Case => ({
          name: text,
          group: subject,
          failure: { type: kind, lines: [text] },
        })),
    },
    {
      name: "judged whole",
      cases: review.refusals.map(({ subject, text, location }): Case => ({
        name: text,
        group: subject,
        failure: { type: "refused", lines: [`${location.file}:${location.line}: ${text}`] },
      })),
    },
  ];
  const all = suites.flatMap(({ cases }) => cases);
  const document = {
    "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
    testsuites: {
      "@name": "Trustfoundry review",
      ...totals(all),
      testsuite: suites.map(({ name, cases }) => ({ "@name": name, ...totals(cases), testcase: cases.map(element) })),
    },
  };
  const builder = new XMLBuilder({
    format: true,
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    suppressEmptyNode: true,
    processEntities: true,
  });
  return builder.build(document);
}

function ruleCase(id: string, { violations, exceptions, notYetKnown, pack }: Review): Case {
  const found = violations.filter(({ rule }) => rule === id);
  const refused = found.filter(({ level }) => level === "mandatory");
  const line = (violation: (typeof found)[number]) =>
    `${violation.location.file}:${violation.location.line}: ${violation.subject}: ${describeViolation(violation)}`;
  const output = [
    ...found.filter(({ level }) => level !== "mandatory").map((violation) => `warning: ${line(violation)}`),
    ...exceptions
      .filter(({ exception, uses }) => exception.rule === id && uses.length > 0)
      .map(({ exception }) => `exception used: ${describeException(exception)}`),
  ];
  const unknown = notYetKnown.filter(({ rule }) => rule === id);
  return {
    name: id,
    group: pack,
    ...(refused.length > 0 && { failure: { type: "violation", lines: refused.map(line) } }),
    ...(refused.length === 0 &&
      unknown.length > 0 && {
        skipped: `only up will know: ${unknown.map(({ resource, path }) => `${resource}: ${path}`).join(", ")}`,
      }),
    ...(output.length > 0 && { output }),
  };
}

function totals(cases: readonly Case[]) {
  return {
    "@tests": cases.length,
    "@failures": cases.filter(({ failure }) => failure).length,
    "@errors": 0,
    "@skipped": cases.filter(({ skipped }) => skipped !== undefined).length,
  };
}

function element({ name, group, failure, skipped, output }: Case) {
  return {
    "@name": legible(name),
    "@classname": legible(group),
    ...(failure && {
      failure: {
        "@message": legible(failure.lines[0] ?? ""),
        "@type": failure.type,
        "#text": failure.lines.map(legible).join("\n"),
      },
    }),
    ...(skipped !== undefined && { skipped: { "@message": legible(skipped) } }),
    ...(output && { "system-out": output.map(legible).join("\n") }),
  };
}
