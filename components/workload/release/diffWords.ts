import { canonicalJson } from "../../names";

const longestValue = 140;

/** `image: b instead of a: what it means` */
export function changed(what: string, a: unknown, b: unknown, meaning: string): string {
  return `${what}: ${show(b)} instead of ${show(a)}: ${meaning}`;
}

/** Marks what alters the release alone: no hardware report shows it, so no verifier can hold a provider to it. */
export function notMeasured(phrase: string): string {
  return `${phrase} (not measured)`;
}

function show(value: unknown): string {
  if (value === undefined || value === null) return "none";
  const text = typeof value === "string" ? value : canonicalJson(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

/** What one list has and the other has not; removed ones first, in the lists' order. */
export function listChanges(a: readonly string[], b: readonly string[]): { added: boolean; item: string }[] {
  const [before, after] = [new Set(a), new Set(b)];
  return [
    ...a.filter((item) => !after.has(item)).map((item) => ({ added: false, item })),
    ...b.filter((item) => !before.has(item)).map((item) => ({ added: true, item })),
  ];
}
