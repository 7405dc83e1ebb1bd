import type { Findings, VerdictClaimId } from "../finding";

/**
 * Findings about what a report says. It says nothing that counts unless its processor's maker vouches for it: what would
 * be right in such a report is then not checked, and what is wrong in it fails all the same.
 */
export class Vouched {
  constructor(
    readonly findings: Findings,
    /** Why nobody vouches for the report; undefined where AMD does. */
    private readonly doubt: string | undefined,
  ) {}

  /** Something that the report says, without a right or a wrong. */
  says(check: string, claim: VerdictClaimId, says: string): void {
    this.decide(check, claim, true, says, says);
  }

  decide(check: string, claim: VerdictClaimId, holds: boolean, good: string, bad: string): void {
    if (!holds) this.findings.failed(check, claim, bad);
    else if (this.doubt === undefined) this.findings.verified(check, claim, good);
    else this.findings.notChecked(check, claim, `${good}; but nobody vouches for the report: ${this.doubt}`);
  }
}
