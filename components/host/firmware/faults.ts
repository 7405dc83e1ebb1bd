import type { z } from "zod";

/** What a schema found wrong with a file, in one line: where, and what to write instead. */
export function faults({ issues }: z.ZodError): string {
  return issues
    .flatMap((issue) => {
      const at = issue.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
      const here = at.replace(/^\./, "");
      return saidOf(issue).map((said) => `${here || "the whole"}: ${said}`);
    })
    .join("; ");
}

const kinds: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false, without quotes",
  int: "a whole number",
  number: "a number",
  object: "settings by name",
  record: "settings by name",
  string: "a text",
};

/** zod's own words say what it is, and not what to do. */
function saidOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => `has no setting called ${key}; correct its name, or remove it`);
  if (issue.message.endsWith(", received undefined")) return ["missing; add it"];
  if (issue.code === "invalid_type") return [`is something else; write ${kinds[issue.expected] ?? issue.expected}`];
  if (issue.code === "invalid_value") return [`missing, or none of ${issue.values.join(", ")}; write one of these`];
  if (issue.code === "too_small" && issue.origin === "array") return ["is empty; write at least one entry"];
  if (issue.code === "too_small" && issue.origin === "string") return ["is empty; write a text"];
  if (issue.code === "invalid_format" && issue.format === "regex") return [`is not right; write ${issue.message}`];
  return [issue.message];
}
