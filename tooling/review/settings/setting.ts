import type { Party, Pillar } from "../../../policies/rule";
import type { Reading } from "./readings";

/** A setting of which a review can say by itself which way a change of it points. */
export interface Setting {
  /**
   * Keys with dots. `own` is the stack's own provider; `*` each entry of a list, by its name; `{kind=tdx}` behind a key
   * holds only where the value has that kind, `{!existing}` where it has no such key.
   */
  readonly path: string;
  readonly reading: Reading;
  readonly pillar: Pillar;
  readonly protects: readonly Party[];
  /** What a change comes to, in each direction that the reading knows. */
  readonly weaker?: string;
  readonly stronger?: string;
  readonly changed?: string;
}

export const provider: readonly Party[] = ["infrastructureProvider"];
export const owner: readonly Party[] = ["modelOwner"];
