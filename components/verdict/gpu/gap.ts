import type { VerdictClaimId } from "../finding";
import type { DeviceClaims } from "./nrasClaims";

/** A check that could not be made here, and that a token of NVIDIA's service may speak of instead. */
export interface Gap {
  readonly check: string;
  readonly claim: VerdictClaimId;
  /** Why it was not made, and what would change that. */
  readonly because: string;
  /** What the token says of it; undefined where it says nothing. */
  readonly said: (claims: DeviceClaims) => string | undefined;
}
