import type { CollateralUse, Finding, Grade, VerdictClaimId } from "../finding";
import { Findings } from "../finding";

/** Every check of a TDX quote, and the claim that it belongs to. Each one comes to a finding, whatever the quote. */
export const tdxChecks = {
  "tdx-quote": "cpu-genuine",
  "tdx-chain": "cpu-genuine",
  "tdx-pck": "cpu-genuine",
  "tdx-signature": "cpu-genuine",
  "tdx-pck-revocation": "cpu-genuine",
  "tdx-root-revocation": "cpu-genuine",
  "tdx-qe-identity": "cpu-genuine",
  "tdx-module": "cpu-genuine",
  "tdx-tcb-signer": "cpu-firmware-current",
  "tdx-tcb-info": "cpu-firmware-current",
  "tdx-tcb-status": "cpu-firmware-current",
  "tdx-qe-version": "cpu-firmware-current",
  "tdx-mr-seam": "cpu-firmware-current",
  "tdx-mrtd": "guest-booted-as-released",
  "tdx-rtmr1": "guest-booted-as-released",
  "tdx-rtmr2": "guest-booted-as-released",
  "tdx-owner": "guest-booted-as-released",
  "tdx-debug": "guest-not-debuggable",
  "tdx-migratable": "guest-not-debuggable",
  "tdx-service-td": "guest-not-debuggable",
  "tdx-sept-ve": "guest-not-debuggable",
  "tdx-attributes": "guest-not-debuggable",
  "tdx-xfam": "guest-not-debuggable",
  "tdx-mrconfigid": "guest-rules-bound",
  "tdx-report-data": "evidence-fresh",
} as const satisfies Record<string, VerdictClaimId>;
export type TdxCheck = keyof typeof tdxChecks;

/** Findings of one quote, by check, and the collateral that they rest on. */
export class Checklist {
  private readonly found = new Findings("cpu0");
  private readonly uses: CollateralUse[] = [];
  private doubted: TdxCheck | undefined;

  get findings(): readonly Finding[] {
    return this.found.all;
  }

  get collateral(): readonly CollateralUse[] {
    return this.uses;
  }

  put(check: TdxCheck, grade: Exclude<Grade, "asserted">, says: string): void {
    this.found[grade](check, tdxChecks[check], says);
  }

  decide(check: TdxCheck, holds: boolean, good: string, bad: string): boolean {
    this.put(check, holds ? "verified" : "failed", holds ? good : bad);
    return holds;
  }

  /** From now on, what a quote says that is as it should be is no more than said: this check is why. */
  doubt(check: TdxCheck): void {
    this.doubted ??= check;
  }

  /** Compares what a quote says. It is verified where the quote is vouched for. */
  compare(check: TdxCheck, equal: boolean, good: string, bad: string, doubt = this.doubted): void {
    if (!equal) this.put(check, "failed", bad);
    else if (doubt === undefined) this.put(check, "verified", good);
    else this.put(check, "notChecked", `${good}; but nothing vouches for it, see ${doubt}`);
  }

  gradeOf(check: TdxCheck): Grade | undefined {
    return this.found.all.find((finding) => finding.check === check)?.grade;
  }

  use(use: CollateralUse): void {
    this.uses.push(use);
  }

  /** Whatever has come to nothing yet was not looked at. */
  rest(reason: string): void {
    for (const check of Object.keys(tdxChecks) as TdxCheck[])
      if (this.gradeOf(check) === undefined) this.put(check, "notChecked", reason);
  }
}
