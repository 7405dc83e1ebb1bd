import type { CatalogLock, LockedPin } from "../../components/catalogLock";

export type Change = "new" | "same" | "moved";

/**
 * What a digest that was just read means beside the locked one. A version's content never changes, so a different digest
 * of the same thing is no update: it was republished, or somebody is in between. A manifest belongs to its registry; an
 * archive is the same wherever it lies.
 */
export function changeOf(before: LockedPin | undefined, now: LockedPin): Change {
  if (!before) return "new";
  const manifestMoved = before.from === now.from && differ(before.manifest, now.manifest);
  return manifestMoved || differ(before.archive, now.archive) ? "moved" : "same";
}

function differ(before: string | undefined, now: string | undefined): boolean {
  return before !== undefined && now !== undefined && before !== now;
}

/** Why a pin counts as moved, as a sentence. */
export function describeMove(key: string, before: LockedPin, now: LockedPin): string {
  const [was, is] = differ(before.archive, now.archive)
    ? [before.archive, now.archive]
    : [before.manifest, now.manifest];
  return `${key}: catalog.lock says ${was}, and ${now.from} says ${is}`;
}

/** Keys of a lock that nothing asks for any more. */
export function surplusKeys(lock: CatalogLock, wanted: readonly { readonly key: string }[]): string[] {
  const keys = new Set(wanted.map(({ key }) => key));
  return Object.keys(lock.pins)
    .filter((key) => !keys.has(key))
    .sort();
}
