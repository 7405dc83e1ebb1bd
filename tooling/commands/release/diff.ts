import { explainDifference } from "../../../components/workload/release/diff";
import { openRelease, titleOf } from "./open";

/** What the second release says otherwise than the first, in words. */
export function diff(former: string, later: string): string {
  const [a, b] = [openRelease(former), openRelease(later)];
  if (a.digest === b.digest)
    return `The same release (${titleOf(a.release)}, digest ${a.digest}); only signatures may differ.`;
  return [
    `${titleOf(b.release)}, against ${titleOf(a.release)} (signatures not checked):`,
    ...explainDifference(a.release, b.release).map((phrase) => `  - ${phrase}`),
  ].join("\n");
}
