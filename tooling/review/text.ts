import { oneLine } from "../../policies/place";

const longest = 400;

/**
 * Text that base or head wrote, as a Markdown code span: no links, mentions, images, issue numbers, HTML or formatting
 * come of it, and no end of the line or of a table's cell. Everything outside of such spans is this program's own.
 */
export function code(text: string): string {
  const line = legible(text);
  if (line === "") return "`(nothing)`";
  const runs = line.match(/`+/g)?.map((run) => run.length) ?? [];
  const fence = "`".repeat(fenceLength(runs));
  // A space on both sides is taken off again by the reader's Markdown.
  const inner = /^`|`$|^ .* $/.test(line) ? ` ${line} ` : line;
  return `${fence}${inner}${fence}`;
}

/** The shortest run of backticks that the text does not hold. */
function fenceLength(runs: readonly number[]): number {
  let length = 1;
  while (runs.includes(length)) length += 1;
  return length;
}

/** One line of text that XML, JSON and Markdown can carry, without marks that no screen shows. */
export function legible(text: string): string {
  const line = oneLine(text.replace(/[\p{Cs}\uFFFE\uFFFF]/gu, "\uFFFD"))
    .replace(/\s+/g, " ")
    .trim();
  const letters = [...line];
  return letters.length > longest ? `${letters.slice(0, longest).join("")}…` : line;
}

/** By code units: the same order on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sortedBy<T>(items: Iterable<T>, key: (item: T) => string): T[] {
  return [...items].sort((a, b) => byText(key(a), key(b)));
}

export function unique(items: Iterable<string>): string[] {
  return [...new Set(items)].sort(byText);
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
