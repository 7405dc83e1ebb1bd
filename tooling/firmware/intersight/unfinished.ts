import type { JournalContent } from "../journal";

/** Tokens that a run has staged, or was about to, and has not seen in force. */
export function unfinishedTokens({ run }: JournalContent): readonly string[] {
  const stages = Object.values(run?.stages ?? {}).filter(({ phase }) => phase !== "done");
  return [
    ...new Set(stages.flatMap(({ attributes, alongside }) => [attributes, alongside].flatMap(Object.keys))),
  ].sort();
}
