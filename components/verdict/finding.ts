import type { ClaimId } from "./claims";
import type { GuestClaimId } from "./guestClaims";

/**
 * How a claim stands, best first. `verified`: computed here, from signatures under a vendor's pinned root and from what
 * the reader chose himself. `asserted`: somebody said so, who is named, and who could lie. `notChecked`: nothing was looked
 * at, with the reason. `failed`: looked at, and it is not so.
 */
export const grades = ["verified", "asserted", "notChecked", "failed"] as const;
export type Grade = (typeof grades)[number];

export type VerdictClaimId = ClaimId | GuestClaimId;

/** The outcome of one check. */
export interface Finding {
  /** Which check, stable for scripts: `snp-signature`. */
  readonly check: string;
  readonly claim: VerdictClaimId;
  /** What was looked at: `release`, `channel`, `cpu0`, `gpu3`, `switch0`, `token`. */
  readonly of: string;
  readonly grade: Grade;
  /**
   * A sentence without its full stop, with the values that were compared; of what failed, what was wanted and what was
   * found; of what was not checked, why and what would change that.
   */
  readonly says: string;
  /** Who asserts it: `NVIDIA's attestation service`. With the grade `asserted` alone. */
  readonly by?: string;
}

/** A document of a vendor's that a check relied on, beside the pinned roots. */
export interface CollateralUse {
  /** `AMD certificate revocation list of Milan` */
  readonly title: string;
  /** File or address that it came from. */
  readonly source: string;
  /** When its issuer made it, and until when it counts. */
  readonly issued?: Date;
  readonly nextUpdate?: Date;
  /** What its age, or its lack of a signature, leaves open. */
  readonly leavesOpen: string;
}

/** What checks of one piece of evidence came to. Checks never throw for what evidence says. */
export interface Examination {
  readonly findings: readonly Finding[];
  readonly collateral: readonly CollateralUse[];
}

/** The weakest of several grades; `notChecked` of none, since nothing was looked at. */
export function weakest(of: readonly Grade[]): Grade {
  if (of.length === 0) return "notChecked";
  return grades[Math.max(...of.map((grade) => grades.indexOf(grade)))] as Grade;
}

/** Builds findings of one piece of evidence, briefly. */
export class Findings {
  private readonly found: Finding[] = [];

  constructor(private readonly of: string) {}

  get all(): readonly Finding[] {
    return this.found;
  }

  verified(check: string, claim: VerdictClaimId, says: string): void {
    this.found.push({ check, claim, of: this.of, grade: "verified", says });
  }

  asserted(check: string, claim: VerdictClaimId, by: string, says: string): void {
    this.found.push({ check, claim, of: this.of, grade: "asserted", by, says });
  }

  notChecked(check: string, claim: VerdictClaimId, says: string): void {
    this.found.push({ check, claim, of: this.of, grade: "notChecked", says });
  }

  failed(check: string, claim: VerdictClaimId, says: string): void {
    this.found.push({ check, claim, of: this.of, grade: "failed", says });
  }

  /** Verified where it holds, failed where not. */
  decide(check: string, claim: VerdictClaimId, holds: boolean, good: string, bad: string): boolean {
    if (holds) this.verified(check, claim, good);
    else this.failed(check, claim, bad);
    return holds;
  }
}
