import type { Departure } from "../../../components/host/departures";
import type { Resource } from "../../../policies/rule";

/** A mistake of the survey of what goes wrong with confidential nodes on clouds, and what a preview has to make of it. */
export interface PainPoint {
  readonly mistake: string;
  /** `refused`: the baseline pack stops the update; `warned`: it warns, and stops nothing. */
  readonly outcome: "refused" | "warned";
  /** Sound resources, and what is done to the first of them. */
  readonly stack: readonly Resource[];
  readonly change: readonly Change[];
  /** Rules that have to speak. */
  readonly rules: readonly string[];
  /** The same asked of our own components: the constraint that has to speak, with the same outcome. */
  readonly component?: { readonly constraint: string; readonly departures: readonly Departure[] };
  /** The same asked of our own builders, which refuse it outright. */
  readonly builder?: () => unknown;
}

/** Path in the inputs, and the value that goes there; undefined takes it away. */
export type Change = readonly [path: readonly (string | number)[], value: unknown];

/** Numbered as in the survey: one number, one kind of trouble. */
export type PainPoints = Readonly<Record<number, readonly PainPoint[]>>;
