import type { Finding } from "./place";
import type { Resource, Rule } from "./rule";

/** A violation that somebody answers for, until a day. Stands in the stack's configuration under `exceptions`. */
export interface Exception {
  /** Id of the rule. */
  readonly rule: string;
  /** Pulumi name of the resource, exactly. */
  readonly resource: string;
  /** Path of the finding, exactly as it is reported. Default every finding of the rule at that resource. */
  readonly path?: string;
  /** Why the mistake is none here, or has to be borne. */
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** Last day on which it holds, as YYYY-MM-DD (UTC). */
  readonly until: string;
}

/** How long an exception may be granted for, counted from today. What lasts longer is a decision for the rule itself. */
export const longestExceptionDays = 366;

export function isExpired({ until }: Exception, now: Date): boolean {
  return until < now.toISOString().slice(0, 10);
}

/** Whether it is granted for longer than anybody can answer for. */
export function isTooLong({ until }: Exception, now: Date): boolean {
  const limit = new Date(now.getTime() + longestExceptionDays * 24 * 60 * 60 * 1000);
  return until > limit.toISOString().slice(0, 10);
}

/** The exception that covers a finding; an expired one covers nothing. */
export function exceptionFor(
  exceptions: readonly Exception[],
  rule: Pick<Rule, "id">,
  resource: Pick<Resource, "name">,
  finding: Finding,
  now: Date,
): Exception | undefined {
  return exceptions.find(
    (exception) =>
      exception.rule === rule.id &&
      exception.resource === resource.name &&
      (exception.path === undefined || exception.path === finding.path) &&
      !isExpired(exception, now) &&
      !isTooLong(exception, now),
  );
}
