import { dangerousParameter } from "./dangers";
import { short } from "./optionList";

export interface CommandLineDifference {
  readonly sentence: string;
  readonly danger?: string;
}

/** Differences of two kernel command lines, the first one first; what is only moved is said once. */
export function compareCommandLine(expected: string, found: string): readonly CommandLineDifference[] {
  if (expected === found) return [];
  const wanted = parameters(expected);
  const given = parameters(found);
  const at = wanted.findIndex((parameter, index) => parameter !== given[index]);
  const first = at < 0 ? wanted.length : at;
  // Each parameter alike, and yet other bytes.
  if (at < 0 && given.length === wanted.length)
    return [{ sentence: "-append has the profile's parameters with other white space; the bytes are measured" }];
  const [missing, extra] = [without(wanted, given), without(given, wanted)];
  const head = `-append, parameter ${first + 1}: ${is(wanted[first], given[first])}`;
  const moved = missing.length + extra.length === 0 ? "; the parameters are the same in another order" : "";
  const rest = [
    ...extra.filter((parameter) => parameter !== given[first]).map((parameter) => ["is not the profile's", parameter]),
    ...missing.filter((parameter) => parameter !== wanted[first]).map((parameter) => ["is missing", parameter]),
  ].map(([how, parameter = ""]) => ({
    sentence: `-append: "${short(parameter)}" ${how}`,
    danger: how === "is missing" ? undefined : dangerousParameter(parameter),
  }));
  const newcomer = given[first] !== undefined && extra.includes(given[first]);
  return [{ sentence: head + moved, danger: newcomer ? dangerousParameter(given[first] ?? "") : undefined }, ...rest];
}

function is(expected: string | undefined, found: string | undefined): string {
  if (found === undefined) return `"${short(expected ?? "")}" is missing, the line ends before it`;
  if (expected === undefined) return `"${short(found)}" follows where the profile's line ends`;
  return `it is "${short(found)}", the profile has "${short(expected)}"`;
}

/** Parameters as the kernel splits them: double quotes keep white space together. */
function parameters(line: string): string[] {
  return line.match(/(?:"[^"]*(?:"|$)|[^\s"])+/g) ?? [];
}

/** What the first list has more than the second. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const rest = new Map<string, number>();
  for (const item of other) rest.set(item, (rest.get(item) ?? 0) + 1);
  return list.filter((item) => {
    const left = rest.get(item) ?? 0;
    if (left > 0) rest.set(item, left - 1);
    return left === 0;
  });
}
