/**
 * How well a row is founded. `types`: the published provider SDK; `docs`: the vendor's documentation; `repository`: a file
 * of a vendor's repository; `issue`: a thread; `secondary`: others' reports; `general`: common knowledge, not looked up.
 * What rests on the last two is a hint.
 */
export type Grade = "types" | "docs" | "repository" | "issue" | "secondary" | "general";

export interface Fact {
  /** Day on which it was read, YYYY-MM-DD. */
  readonly asOf: string;
  readonly source: string;
  readonly grade: Grade;
}

const hints: readonly Grade[] = ["secondary", "general"];

/** Facts that neither an SDK, a vendor's documentation or repository, nor a thread states. They change unannounced. */
export function isHint({ grade }: Fact): boolean {
  return hints.includes(grade);
}
