import type { AttributeValue } from "./plan";

/** One attribute as the machine's registry describes it. */
export interface RegisteredAttribute {
  readonly name: string;
  readonly displayName?: string;
  readonly type: "enumeration" | "string" | "integer" | "boolean" | "password";
  /** Of an enumeration. */
  readonly allowed?: readonly string[];
  readonly lowest?: number;
  readonly highest?: number;
  /** As of now: a parent that is not applied yet keeps its children read-only. */
  readonly readOnly: boolean;
}

/** What a machine says of itself: its registry, the values in force, and what was done to it once and for all. */
export interface MachineState {
  readonly registry: readonly RegisteredAttribute[];
  readonly current: Readonly<Record<string, AttributeValue>>;
  /** Ids of settings with `once` that the journal of this machine has as done. */
  readonly done?: ReadonlySet<string>;
}
