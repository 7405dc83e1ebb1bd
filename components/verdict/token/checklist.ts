import type { Finding, VerdictClaimId } from "../finding";

/**
 * The checks of one piece of evidence, each under the claim that it is about. Every one ends as a finding: what was not
 * reached is said not to have been looked at.
 */
export class Checklist<Check extends string> {
  private readonly found = new Map<Check, Finding>();

  constructor(
    private readonly checks: Readonly<Partial<Record<Check, VerdictClaimId>>>,
    /** What is looked at: `cpu0`. */
    private readonly of: string,
    /** Whose word it is where a check holds. Default: nobody's, it is computed here. */
    private readonly by?: string,
  ) {}

  /** Holds (`asserted` where it is somebody's word), or failed. */
  decide(check: Check, holds: boolean, good: string, bad: string): boolean {
    if (!holds) this.put(check, { grade: "failed", says: bad });
    else if (this.by === undefined) this.put(check, { grade: "verified", says: good });
    else this.put(check, { grade: "asserted", by: this.by, says: good });
    return holds;
  }

  /** Found out here, whoever's word the rest is: the form of something. */
  verified(check: Check, says: string): void {
    this.put(check, { grade: "verified", says });
  }

  failed(check: Check, says: string): void {
    this.put(check, { grade: "failed", says });
  }

  notChecked(check: Check, says: string): void {
    this.put(check, { grade: "notChecked", says });
  }

  /** All findings, in the checks' order; those without one were not reached, for this reason. */
  all(unreached: string): readonly Finding[] {
    return (Object.keys(this.checks) as Check[]).map(
      (check) => this.found.get(check) ?? this.finding(check, { grade: "notChecked", says: unreached }),
    );
  }

  private put(check: Check, result: Pick<Finding, "grade" | "says" | "by">): void {
    // A failure stays one.
    if (this.found.get(check)?.grade === "failed") return;
    this.found.set(check, this.finding(check, result));
  }

  private finding(check: Check, result: Pick<Finding, "grade" | "says" | "by">): Finding {
    const claim = this.checks[check];
    if (claim === undefined) throw new Error(`${check} is no check of ${this.of}`);
    return { check, claim, of: this.of, ...result };
  }
}

/** What checks are ticked off on: a list that has these and maybe others. */
export type Marks<Check extends string> = Pick<Checklist<Check>, "decide" | "failed" | "notChecked">;
