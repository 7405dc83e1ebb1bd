import type { Marks } from "./checklist";
import type { JsonObject } from "./strictJson";
import { shown } from "./strictJson";

/** How far clocks may be apart. */
export const skewSeconds = 60;

/** Beyond the year 9999 a time is no time. */
const lastSecond = 253_402_300_799;

/** What is wrong with a token's times by the reader's clock, as a sentence. */
export function timeProblem(claims: JsonObject, now: Date): string | undefined {
  const { iat, exp, nbf } = claims;
  if (!isTime(iat)) return `iat is ${shown(iat)}, which is no time`;
  if (!isTime(exp)) return `exp is ${shown(exp)}, which is no time`;
  if (nbf !== undefined && !isTime(nbf)) return `nbf is ${shown(nbf)}, which is no time`;
  const seconds = now.getTime() / 1000;
  if (iat > seconds + skewSeconds) return `it says that it was signed at ${instant(iat)}, which is still to come`;
  if (nbf !== undefined && nbf > seconds + skewSeconds)
    return `it holds from ${instant(nbf)} on, which is still to come`;
  if (exp <= iat) return `it ends at ${instant(exp)}, no later than it was signed`;
  if (seconds >= exp + skewSeconds) return `it expired at ${instant(exp)}`;
  return undefined;
}

/** Ticks off whether a token holds now, and is not older than its reader takes. */
export function decideTimes<Check extends string>(
  list: Marks<Check>,
  checks: { readonly time: Check; readonly age: Check },
  claims: JsonObject,
  now: Date,
  maximumAgeSeconds: number,
): void {
  const problem = timeProblem(claims, now);
  list.decide(checks.time, problem === undefined, "it holds now, by the reader's clock", problem ?? "");
  const age = ageSeconds(claims, now);
  list.decide(
    checks.age,
    age !== undefined && age <= maximumAgeSeconds,
    `signed ${age} seconds ago`,
    age === undefined
      ? "it does not say when it was signed"
      : `signed ${age} seconds ago; at most ${maximumAgeSeconds} are accepted`,
  );
}

/** Seconds since it was signed; undefined where it does not say when. */
function ageSeconds({ iat }: JsonObject, now: Date): number | undefined {
  return isTime(iat) ? Math.max(0, Math.floor(now.getTime() / 1000 - iat)) : undefined;
}

export function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Whether a claim of audiences, one or several, names it. */
export function isFor(audience: unknown, wanted: string): boolean {
  return audience === wanted || (Array.isArray(audience) && audience.includes(wanted));
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= lastSecond;
}
