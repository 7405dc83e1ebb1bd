import { createHash } from "node:crypto";
import type { Location as SarifLocation, Log, ReportingDescriptor, Result } from "sarif";
import type { Severity } from "../../policies/rule";
import type { Change, Location } from "./change";
import type { Review } from "./compare";
import { describeException } from "./compareExceptions";
import { describeViolation } from "./compareViolations";
import { legible, sortedBy } from "./text";

/** The schema as OASIS publishes it. */
const schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** GitHub's scale, from 0 to 10, of a security finding. */
const securitySeverities: Readonly<Record<Severity, string>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "2.0",
};

/** Kinds of results that no rule of the pack stands for. */
const own = {
  weaker: "head is weaker than base",
  refused: "head could not be judged whole",
  "not-yet-known": "a value that only up will know decides",
} as const;

/** SARIF 2.1.0: violations of head, what becomes weaker, what could not be judged. The same review gives the same bytes. */
export function sarif(review: Review): string {
  const { rules, violations, changes, refusals, notYetKnown, exceptions } = review;
  const descriptors: ReportingDescriptor[] = [
    ...rules.map(({ id, title, severity, pillar, protects, url }) => ({
      id: legible(id),
      shortDescription: { text: legible(title) },
      ...(/^https:\/\/\S+$/.test(url) && { helpUri: url }),
      properties: { tags: ["security", pillar, ...protects], "security-severity": securitySeverities[severity] },
    })),
    ...Object.entries(own).map(([id, title]) => ({ id: `review/${id}`, shortDescription: { text: title } })),
  ];
  const results: Result[] = [
    ...violations.map((violation) =>
      result(
        violation.rule,
        violation.level === "mandatory" ? "error" : "warning",
        describeViolation(violation),
        violation.location,
        {
          baselineState: violation.baseline === "new" ? "new" : "unchanged",
          fingerprint: [violation.subject, violation.rule, violation.type, violation.resource, violation.path],
        },
      ),
    ),
    ...exceptions.flatMap(({ exception, uses, location }) =>
      uses.map((use) =>
        result(exception.rule, "warning", `borne at ${use}: ${describeException(exception)}`, location, {
          fingerprint: [exception.rule, use, "exception"],
          suppressions: [{ kind: "external" as const, justification: legible(describeException(exception)) }],
        }),
      ),
    ),
    ...changes.filter(isWeakerOtherwise).map(({ subject, text, location }) =>
      result("review/weaker", "warning", `${subject}: ${text}`, location, {
        baselineState: "new",
        fingerprint: ["weaker", subject, text],
      }),
    ),
    ...refusals.map(({ subject, text, location }) =>
      result("review/refused", "error", `${subject}: ${text}`, location, { fingerprint: ["refused", subject, text] }),
    ),
    ...notYetKnown.map(({ subject, rule, resource, path }) =>
      result("review/not-yet-known", "note", `${subject}: ${rule} at ${resource}: ${path}`, undefined, {
        fingerprint: ["unknown", subject, rule, resource, path],
      }),
    ),
  ];
  const log: Log = {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Trustfoundry review", rules: sortedBy(descriptors, ({ id }) => id) } },
        automationDetails: { id: "trustfoundry-review/" },
        originalUriBaseIds: { PROJECT: { description: { text: "The folder with Pulumi.yaml" } } },
        columnKind: "utf16CodeUnits",
        results,
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** Violations are results of their own rules already. */
function isWeakerOtherwise({ direction, kind }: Change): boolean {
  return direction === "weaker" && kind !== "violation";
}

function result(
  ruleId: string,
  level: "error" | "warning" | "note",
  text: string,
  location: Location | undefined,
  more: Pick<Result, "baselineState" | "suppressions"> & { readonly fingerprint: readonly string[] },
): Result {
  const { fingerprint, ...rest } = more;
  const near = location && !location.exact ? ` (near ${location.file}:${location.line})` : "";
  return {
    ruleId: legible(ruleId),
    level,
    message: { text: legible(text) + legible(near && ` ${near}`) },
    // GitHub shows no result without a place; what has none is about the project.
    locations: [place(location ?? { file: "Pulumi.yaml", line: 1, exact: false })],
    partialFingerprints: {
      "trustfoundryReview/v1": createHash("sha256").update(JSON.stringify(fingerprint)).digest("hex"),
    },
    ...rest,
  };
}

function place({ file, line }: Location): SarifLocation {
  return {
    physicalLocation: {
      artifactLocation: { uri: file.split("/").map(encodeURIComponent).join("/"), uriBaseId: "PROJECT" },
      region: { startLine: line },
    },
  };
}
