import { regoStatements } from "./documents";

/**
 * Whether a line of a policy compares a claim with one value or several: by `==` or `in`, on either side, also by another
 * name that the claim was given before. That it is there, or not empty, or counted, says nothing about it. A guard rail,
 * not a proof: what a policy really releases is tested by evaluating it.
 */
export function comparesClaim(rego: string, claim: RegExp): boolean {
  const lines = regoStatements(rego).map((line) => line.replace(/\bcount\([^()]*\)/g, "count"));
  const about = lines.filter((line) => claim.test(line));
  if (about.some((line) => /==|\bin\b/.test(line))) return true;
  const names = about.flatMap((line) => /^([A-Za-z_]\w*)\s*:?=[^=]/.exec(line)?.[1] ?? []);
  return names.some((name) => lines.some((line) => new RegExp(`\\b${name}\\b`).test(line) && /==|\bin\b/.test(line)));
}
