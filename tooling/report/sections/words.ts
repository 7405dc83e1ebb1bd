import type { Badge } from "../document";
import { badge } from "../document";
import type { Outcome } from "../threats/matrix";

/** One word for each outcome: its colour only repeats it. */
export const outcomeBadges: Readonly<Record<Outcome, Badge>> = {
  stopped: badge("stopped", "good"),
  partly: badge("partly stopped", "partly"),
  open: badge("not stopped", "bad"),
  unknown: badge("not known", "unknown"),
  own: badge("its own", "quiet"),
  nobody: badge("nobody", "quiet"),
};

/** A cited document: linked where it has an address. */
export function sourceOf({ text, url }: { readonly text: string; readonly url: string }) {
  return url === "" ? text : { link: text, url };
}
