/** Something that was looked for in a cluster, or why it could not be looked at: "not seen" is never "not there". */
export type Seen<T> = { readonly value: T } | { readonly unseen: string };

/** Thrown by `see` and caught where a link is checked: whatever needs what was not seen is unknown. */
export class Unseen extends Error {
  constructor(readonly why: string) {
    super(why);
    this.name = "Unseen";
  }
}

/** The value; ends the check of the link as unknown where it was not seen. */
export function see<T>(seen: Seen<T>): T {
  if ("unseen" in seen) throw new Unseen(seen.unseen);
  return seen.value;
}

export const seen = <T>(value: T): Seen<T> => ({ value });
export const unseen = (why: string): Seen<never> => ({ unseen: why });
