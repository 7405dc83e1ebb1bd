import { z } from "zod";
import type { Finding } from "./place";
import { Place } from "./place";
import type { Resource, Rule } from "./rule";

/** How long an exception may be granted for, counted from today. What lasts longer is a decision for the rule itself. */
export const longestExceptionDays = 366;

/** YAML takes a bare day for a time: the engine hands over `2026-12-31 00:00:00 +0000 UTC`, other readers ISO 8601. */
const day = z.preprocess(
  (value) => (typeof value === "string" ? value.replace(/(T00:00:00(\.0+)?Z| 00:00:00 \+0000 UTC)$/, "") : value),
  z.iso.date({ error: "write the last day on which it holds, as YYYY-MM-DD" }),
);
const line = (what: string) =>
  z
    .string()
    .trim()
    .min(1, `is empty; write ${what}`)
    .max(300)
    .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, "holds a line break or a control character; write one line");

/** Stack configuration `trustfoundry:exceptions`: violations that somebody answers for, until a day. */
export const exceptionsSchema = z
  .array(
    z.strictObject({
      rule: line("the rule's id").describe("id of the rule"),
      resource: line("the resource's Pulumi name").describe("Pulumi name of the resource, exactly"),
      namespace: line("the namespace")
        .optional()
        .describe("namespace of the Kubernetes object; without it, the API server spares only objects that have none"),
      path: line("the path").optional().describe("path of the finding as it is reported; default all of that resource"),
      reason: line("why").describe("why the mistake is none here, or has to be borne"),
      owner: line("who").describe("who answers for it"),
      until: day.describe("last day on which it holds, as YYYY-MM-DD (UTC), a year ahead at most"),
    }),
  )
  .default([])
  .describe("violations of policy rules that are borne: named, with reason and owner, until a day");

export type Exception = Readonly<z.infer<typeof exceptionsSchema>[number]>;

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
  resource: Pick<Resource, "name"> & { readonly props?: Resource["props"] },
  finding: Finding,
  now: Date,
): Exception | undefined {
  return exceptions.find(
    (exception) =>
      exception.rule === rule.id &&
      exception.resource === resource.name &&
      isIn(exception.namespace, resource.props) &&
      (exception.path === undefined || exception.path === finding.path) &&
      !isExpired(exception, now) &&
      !isTooLong(exception, now),
  );
}

/** Whether a resource lies in the exception's namespace, as far as the resource says where it lies. */
function isIn(namespace: string | undefined, props: unknown): boolean {
  if (namespace === undefined) return true;
  const own = Place.root(props).at("metadata", "namespace");
  return !own.known || own.text === undefined || own.text === namespace;
}

/** What is wrong with exceptions, one sentence each; none of these covers anything. */
export function exceptionProblems(exceptions: readonly Exception[], ruleIds: readonly string[], now: Date): string[] {
  return exceptions.flatMap((exception, index) => {
    const { rule, until, owner } = exception;
    const at = `trustfoundry:exceptions[${index}]`;
    if (!ruleIds.includes(rule)) return [`${at}.rule: "${rule}": is no rule of this pack; correct or remove it`];
    if (isExpired(exception, now))
      return [
        `${at}.until: ${until}: the exception for ${rule} has expired; mend the violation, or ask ${owner} again`,
      ];
    if (isTooLong(exception, now))
      return [`${at}.until: ${until}: is more than ${longestExceptionDays} days ahead; write an earlier day`];
    return [];
  });
}

/**
 * Exceptions as the engine hands a stack's configuration to a policy pack: PULUMI_CONFIG, an object of strings.
 * Throws one sentence where they are malformed, so that a pack does not start with exceptions that it misreads.
 */
export function exceptionsFrom(pulumiConfig: string | undefined): Exception[] {
  if (!pulumiConfig) return [];
  const setting = (JSON.parse(pulumiConfig) as Record<string, string>)["trustfoundry:exceptions"];
  if (setting === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(setting);
  } catch {
    throw new Error("trustfoundry:exceptions: is no list; write rule, resource, reason, owner and until for each");
  }
  const parsed = exceptionsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  throw new Error(`trustfoundry:exceptions${path}: ${issue?.message ?? "is malformed"}`);
}
