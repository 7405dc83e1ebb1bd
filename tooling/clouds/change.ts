import { isObject } from "../../policies/place";

/** Paths at which two values differ, as deep as both are structures or lists of the same length. */
export function changedPaths(before: unknown, after: unknown, path = ""): string[] {
  if (Object.is(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return after.flatMap((each, index) => changedPaths((before as unknown[])[index], each, `${path}[${index}]`));
  if (!isObject(before) || !isObject(after) || Array.isArray(before) || Array.isArray(after))
    return isNothing(before) && isNothing(after) ? [] : [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => changedPaths(before[key], after[key], path === "" ? key : `${path}.${key}`));
}

/** Whether a path lies at one of these places, below it, or is what holds it: a part that appears brings all of it. */
export function concerns(path: string, places: readonly string[]): boolean {
  const plain = path.replace(/\[\d+\]/g, "");
  return places.some((place) => plain === place || plain.startsWith(`${place}.`) || place.startsWith(`${plain}.`));
}

const isNothing = (value: unknown) => value === undefined || value === null;
