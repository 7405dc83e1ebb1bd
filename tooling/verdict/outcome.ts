import type { Grade } from "../../components/verdict/finding";
import { weakest } from "../../components/verdict/finding";
import type { MachineVerdict } from "../../components/verdict/machineVerdict";
import type { Verdict } from "../../components/verdict/verdict";

/** What scripts go by (docs/verify.md). 1 is for mistakes of the reader's own: options and files. */
export const exitCodes = { accepted: 0, failed: 2, asserted: 3, notChecked: 4 } as const;

/** By what stands between the verdict and the reader's acceptance. Nothing verified stands there. */
export function exitCodeOf({ accepted, standing }: Pick<Verdict, "accepted" | "standing">): number {
  if (accepted) return exitCodes.accepted;
  const grade: Grade = weakest(standing.map((finding) => finding.grade));
  return grade === "asserted" || grade === "notChecked" ? exitCodes[grade] : exitCodes.failed;
}

/** The format of `--json`. Fields are added without a new version; none changes its meaning, and none goes. */
export const verdictSchema = "trustfoundry.dev/verdict/v1";

export interface VerdictDocument extends Verdict {
  readonly schema: typeof verdictSchema;
  /** Of `trustfoundry verify`. */
  readonly exitCode: number;
  /** Where the guest was asked; absent for evidence in a file. */
  readonly url?: string;
}

export function verdictDocument(verdict: Verdict, url?: string): VerdictDocument {
  return {
    schema: verdictSchema,
    exitCode: exitCodeOf(verdict),
    ...(url !== undefined && { url }),
    ...verdict,
  };
}

/** The same of a cloud's machine: `expectation`, the reader's own file, is in place of `release`. */
export const machineVerdictSchema = "trustfoundry.dev/machine-verdict/v1";

export interface MachineVerdictDocument extends MachineVerdict {
  readonly schema: typeof machineVerdictSchema;
  /** Of `verify-azure` or `verify-confidential-space`. */
  readonly exitCode: number;
  /** Where the key of the connection was looked at. */
  readonly url?: string;
}

export function machineVerdictDocument(verdict: MachineVerdict, url?: string): MachineVerdictDocument {
  return {
    schema: machineVerdictSchema,
    exitCode: exitCodeOf(verdict),
    ...(url !== undefined && { url }),
    ...verdict,
  };
}
