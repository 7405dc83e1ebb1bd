import type { Difference } from "./compare";
import type { Step, Tree } from "./tree";
import { at, child, isTree, keyText } from "./tree";

export interface PatchOperation {
  readonly op: "add" | "remove" | "replace" | "test";
  readonly path: string;
  readonly value?: unknown;
}

/**
 * The JSON patch (RFC 6902) that undoes differences, but for those in fields that `applied` holds: an apply writes them
 * back. Items of lists are removed from the end, so that earlier places stay what they are.
 */
export function patchOf(live: Tree, differences: readonly Difference[], applied: Tree = {}): PatchOperation[] {
  const removed = differences
    .filter(({ change }) => change === "added")
    .map(({ path }) => ({ op: "remove", path: pointer(live, path) }) as const)
    .sort((a, b) => comparePointers(b.path, a.path));
  const written = differences
    .filter(({ change, path, expected }) => change !== "added" && (at(applied, path) === undefined || isSet(expected)))
    .flatMap((difference) => writing(live, difference));
  return [...written, ...removed];
}

/** Of lists of plain values some are sets, to which an apply adds, and takes nothing away that others put in. */
function isSet(value: unknown): boolean {
  return Array.isArray(value) && !value.some(isTree);
}

/** A field that is gone may have taken the ones above it along. */
function writing(live: Tree, { path, expected }: Difference): PatchOperation[] {
  const missing = path.findIndex((_, index) => path.slice(0, index + 1).reduce(child, live as unknown) === undefined);
  if (missing === -1) return [{ op: "replace", path: pointer(live, path), value: expected }];
  const above = path.slice(0, missing).reduce(child, live as unknown);
  const value = path
    .slice(missing + 1)
    .reduceRight<unknown>((inner, step) => ({ [String(nameOf(step))]: inner }), expected);
  const parent = pointer(live, path.slice(0, missing));
  return [
    { op: "add", path: `${parent}/${Array.isArray(above) ? "-" : escaped(String(nameOf(path[missing])))}`, value },
  ];
}

const nameOf = (step: Step | undefined) => (typeof step === "object" ? step.is : step);

function pointer(live: Tree, path: readonly Step[]): string {
  let value: unknown = live;
  const parts = path.map((step) => {
    const part =
      typeof step === "object" && Array.isArray(value)
        ? value.findIndex((item) => isTree(item) && keyText(item, step.by) === step.is)
        : step;
    value = child(value, step);
    return `/${escaped(String(part))}`;
  });
  return parts.join("");
}

const escaped = (part: string) => part.replace(/~/g, "~0").replace(/\//g, "~1");

/** By place within lists, by text otherwise. */
function comparePointers(a: string, b: string): number {
  const [first, second] = [a.split("/"), b.split("/")];
  for (let index = 0; index < Math.max(first.length, second.length); index++) {
    const [x = "", y = ""] = [first[index], second[index]];
    if (x === y) continue;
    return /^\d+$/.test(x) && /^\d+$/.test(y) ? Number(x) - Number(y) : x < y ? -1 : 1;
  }
  return 0;
}
