import { releaseDigest } from "./document";
import type { Release } from "./schema";

export type HistoryReading = { readonly history: readonly Release[] } | { readonly problem: string };

/**
 * Orders all releases of a name into their chain, the first one first: each names the digest of the one before, so that
 * the signatures of the newest vouch for every earlier one, too, and a data owner sees all that ever could read its
 * prompts.
 *
 * What the chain cannot show: a model owner that signs two different successors of one release makes a fork, and a
 * reader who is shown one branch alone sees a chain without fault. Only who sees both branches finds it; parties that
 * compare the newest digest with each other do. The problem is the end of a sentence.
 */
export function verifyHistory(releases: readonly Release[]): HistoryReading {
  const [any] = releases;
  if (!any) return { problem: "there is no release; fetch all of them from the model owner" };
  const stranger = releases.find(
    ({ name, factory, owner }) => name !== any.name || factory !== any.factory || owner !== any.owner,
  );
  if (stranger)
    return {
      problem: `${describe(stranger)} of ${stranger.owner}, made for ${stranger.factory}, is of another chain than ${describe(any)} of ${any.owner}, made for ${any.factory}; keep one chain a name`,
    };
  const history = [...releases].sort((a, b) => a.history.sequence - b.history.sequence);
  for (const [index, release] of history.entries()) {
    const problem = linkProblem(history[index - 1], release);
    if (problem !== undefined) return { problem };
  }
  return { history };
}

function linkProblem(before: Release | undefined, release: Release): string | undefined {
  const { sequence, previous } = release.history;
  const expected = (before?.history.sequence ?? 0) + 1;
  if (before?.history.sequence === sequence) {
    if (releaseDigest(before) === releaseDigest(release))
      return `${describe(release)} is there twice; remove one of the files`;
    return before.history.previous === previous
      ? `${describe(release)} exists with two contents (${short(before)} and ${short(release)}), both signed as successors of the same release: the history forks, and readers of the two see different ones; ask the model owner which counts, and why there are two`
      : `the number ${sequence} is used by two releases (${short(before)} and ${short(release)}) with different predecessors; ask the model owner for one chain`;
  }
  if (sequence !== expected)
    return `${expected === sequence - 1 ? `number ${expected} is` : `numbers ${expected} to ${sequence - 1} are`} missing before ${describe(release)}; fetch what is missing from the model owner, since it could read prompts as well`;
  if (before && previous !== releaseDigest(before))
    return `${describe(release)} follows a release with digest ${previous ?? "none"}, yet number ${before.history.sequence} here has ${releaseDigest(before)}: one of the two was exchanged; fetch both again and ask the model owner`;
  return undefined;
}

function describe({ name, history }: Release): string {
  return `number ${history.sequence} of ${name}`;
}

function short(release: Release): string {
  return releaseDigest(release).slice(0, 12);
}
