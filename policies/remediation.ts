import { isObject } from "./place";
import type { Resource } from "./rule";

/** One value of a resource's inputs as it should be. */
export interface Edit {
  /** Keys and indices from the inputs; objects that are missing on the way are made. */
  readonly path: readonly (string | number)[];
  readonly value: string | number | boolean | Readonly<Record<string, unknown>>;
}

/** What a remediation may know beside the resource. */
export interface Known {
  /** Digest (`sha256:…`) that catalog.lock has for `repository:tag`; undefined where it has none. */
  readonly digestOf: (reference: string) => string | undefined;
}

/**
 * Edits that make a resource as its rule wants it, where one right answer exists; none to leave it alone. Pure. Reads
 * through Place, so that a value which only `up` will know throws, and the engine says that it could not be looked at.
 */
export type Remediation = (resource: Resource, known: Known) => Iterable<Edit>;

/**
 * Writes edits into inputs, in place: a copy would have to read every neighbour, and some of them may not be known yet.
 * Returns whether there were any.
 */
export function writeEdits(props: Record<string, unknown>, edits: Iterable<Edit>): boolean {
  let written = false;
  for (const { path, value } of edits) {
    const last = path.at(-1);
    if (last === undefined) continue;
    let holder: Record<string | number, unknown> = props;
    for (const key of path.slice(0, -1)) {
      if (!isObject(holder[key]) && !Array.isArray(holder[key])) holder[key] = {};
      holder = holder[key] as Record<string | number, unknown>;
    }
    holder[last] = value;
    written = true;
  }
  return written;
}
