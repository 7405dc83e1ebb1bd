import type { Show } from "../progress";

export interface OracleContext {
  /** Folder of this oracle in the cache: what it installs stays there. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Whether to write the results into the tests' golden sets. */
  readonly record: boolean;
  /** Further firmware files to compare on. */
  readonly firmware: readonly string[];
  readonly show: Show;
  /** Keeps a line for the end: what was left out, and why. */
  readonly note: (line: string) => void;
}

/** An independent program that computes the same: where both agree, neither is right by its own word alone. */
export interface Oracle {
  /** As typed on the command line. */
  readonly name: string;
  readonly title: string;
  /** Returns how much was compared; throws a UserError that shows the differences. */
  readonly run: (context: OracleContext) => Promise<string>;
}
