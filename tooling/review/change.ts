import type { Party, Pillar } from "../../policies/rule";

export const directions = ["weaker", "stronger", "changed"] as const;
export type Direction = (typeof directions)[number];

/** Where a finding or a change stands in a file, as well as it is known. */
export interface Location {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Whether the line is the place itself; otherwise it is what is known nearest to it. */
  readonly exact: boolean;
}

/** Something that head does otherwise than base. */
export interface Change {
  readonly direction: Direction;
  /** What kind of comparison found it. */
  readonly kind:
    "violation" | "exception" | "guard" | "release" | "signers" | "isolation" | "setting" | "rule" | "stack";
  readonly pillar?: Pillar;
  /** Whom it concerns; nobody in particular where it is not said. */
  readonly protects: readonly Party[];
  /** The stack or file that it is about. */
  readonly subject: string;
  /** One sentence. */
  readonly text: string;
  readonly location?: Location;
}
