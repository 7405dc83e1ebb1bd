import { decodeInitData, encodeInitData } from "../components/guest/initDataAnnotation";
import type { Resource } from "./rule";

/** A one-property change of a rule's compliant example, as data. */
export type Breakage = {
  /** What somebody did, in a few words: the title of its test, and of its attack. */
  readonly mistake: string;
  /** JSON pointer into the inputs; a last segment of `-` appends to a list. `dependsOn`: what the resource depends on. */
  readonly path: string;
  /** Which of the example's resources is changed; default the first. */
  readonly resource?: number;
  /** Where the rule must point its finger. */
  readonly expect: string;
} & Change;

type Change =
  | { readonly value: unknown }
  | { readonly remove: true }
  /** In the text at the path, one passage becomes another. */
  | { readonly replace: readonly [from: string, to: string] }
  /** The same in the TOML that the init-data annotation at the path carries. */
  | { readonly replaceInInitData: readonly [from: string, to: string] };

/** Applies the change to a copy. Throws where it would change nothing, since then it would prove nothing. */
export function broken(resources: readonly Resource[], breakage: Breakage): Resource[] {
  const copy = structuredClone(resources) as Resource[];
  const target = copy[breakage.resource ?? 0];
  if (!target) throw new Error(`${breakage.mistake}: the example has no resource ${breakage.resource}`);
  const segments = breakage.path
    .split("/")
    .slice(1)
    .map((segment) => segment.replace(/~1/g, "/").replace(/~0/g, "~"));
  const ofResource = breakage.path === "dependsOn";
  const last = ofResource ? breakage.path : (segments.pop() ?? "");
  let holder: unknown = ofResource ? target : target.props;
  for (const segment of segments) holder = (holder as Record<string, unknown> | undefined)?.[segment];
  if (typeof holder !== "object" || holder === null)
    throw new Error(`${breakage.mistake}: nothing at ${breakage.path}`);

  const parent = holder as Record<string, unknown>;
  const key = Array.isArray(holder) && last === "-" ? String(holder.length) : last;
  if ("remove" in breakage) {
    if (!(key in parent)) throw new Error(`${breakage.mistake}: nothing to remove at ${breakage.path}`);
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete parent[key];
    return copy;
  }
  const before = parent[key];
  const after = "value" in breakage ? breakage.value : rewritten(String(before), breakage);
  if (JSON.stringify(before) === JSON.stringify(after)) throw new Error(`${breakage.mistake}: changes nothing`);
  parent[key] = after;
  return copy;
}

function rewritten(text: string, change: Exclude<Change, { value: unknown } | { remove: true }>): string {
  if ("replace" in change) return text.replace(...change.replace);
  return encodeInitData(decodeInitData(text).replace(...change.replaceInInitData));
}
