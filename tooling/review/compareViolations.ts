import type { Change } from "./change";
import type { ReviewedRule, Violation } from "./types";

export type Baseline = "new" | "unchanged";

/** What tells a violation from another across commits: never its wording, which may hold a value. */
export function fingerprint({ rule, type, resource, path }: Omit<Violation, "level" | "message">): string {
  return JSON.stringify([rule, type, resource, path]);
}

/** Each of head's violations, with whether base had it, too. */
export function baselineOf(violation: Violation, base: readonly Violation[]): Baseline {
  const mark = fingerprint(violation);
  return base.some((other) => fingerprint(other) === mark) ? "unchanged" : "new";
}

type ViolationChange = Omit<Change, "subject" | "location"> & { readonly violation: Violation };

/**
 * Violations that came and went. One that an exception now bears, or that only base's rules still see, is not mended:
 * exceptions and rules say it.
 */
export function compareViolations(
  base: readonly Violation[],
  head: readonly Violation[],
  notMended: (violation: Violation) => boolean,
  rules: readonly ReviewedRule[],
): ViolationChange[] {
  const about = (violation: Violation) => {
    const rule = rules.find(({ id }) => id === violation.rule);
    return { kind: "violation", violation, pillar: rule?.pillar, protects: rule?.protects ?? [] } as const;
  };
  return [
    ...head
      .filter((violation) => baselineOf(violation, base) === "new")
      .map((violation): ViolationChange => ({
        ...about(violation),
        direction: "weaker",
        text: `${violation.level === "mandatory" ? "refused" : "warned of"} now: ${describeViolation(violation)}`,
      })),
    ...base
      .filter((violation) => baselineOf(violation, head) === "new" && !notMended(violation))
      .map((violation): ViolationChange => ({
        ...about(violation),
        direction: "stronger",
        text: `mended: ${describeViolation(violation)}`,
      })),
  ];
}

export function describeViolation({ rule, resource, path, message }: Violation): string {
  return `${rule} at ${resource}${path === "" ? "" : `, ${path}`}: ${message}`;
}
