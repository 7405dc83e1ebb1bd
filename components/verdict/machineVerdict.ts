import type { Examination, Finding, VerdictClaimId } from "./finding";
import { Findings } from "./finding";
import type { Acceptance, ClaimVerdict, Verdict } from "./verdict";
import { gradeClaims, overallOf, requiredClaims, standingFindings } from "./verdict";

/** What a reader holds a cloud's machine against, in place of a release: his own file, which nobody signed. */
export interface ReadersExpectation {
  /** Name of the file. */
  readonly source: string;
  /** SHA-256 of its text, hex: which of its versions this verdict was made by. */
  readonly digest: string;
}

/** As of a guest; there is no release, and nobody but the reader stands behind what is expected. */
export interface MachineVerdict extends Omit<Verdict, "release"> {
  readonly expectation: ReadersExpectation;
}

export interface MachineArgs {
  /** All that was found out about the machine, its GPUs and its connection. */
  readonly examinations: readonly Examination[];
  /** Whether GPUs are expected, or are there: then what they show is required. */
  readonly gpus: boolean;
  readonly expectation: ReadersExpectation;
  readonly simulated: boolean;
  readonly now: Date;
  readonly acceptance: Acceptance;
}

const gpuClaims: readonly VerdictClaimId[] = ["gpu-genuine", "gpu-confidential"];

/** What has to hold of a machine without a release: the same as of a guest but for the release itself. */
export function requiredOfMachine(gpus: boolean): readonly VerdictClaimId[] {
  return requiredClaims.filter((claim) => claim !== "release-authentic" && (gpus || !gpuClaims.includes(claim)));
}

/** Grades a machine, claim by claim, by the rules of a guest's verdict. */
export function machineVerdict(args: MachineArgs): MachineVerdict {
  const { examinations, gpus, expectation, simulated, now, acceptance } = args;
  const required = requiredOfMachine(gpus);
  const findings = examinations.flatMap((examination) => examination.findings).map(ofExpectation);
  // One route: nothing that was found makes up for another thing that was not.
  const found = { always: [], routes: [findings] };
  const graded = gradeClaims(found, required);
  const standing = standingFindings(found, acceptance, required);
  return {
    ...overallOf(graded),
    accepted: standing.length === 0,
    standing,
    claims: graded.map(claimOfExpectation),
    collateral: examinations.flatMap(({ collateral }) => collateral),
    expectation,
    simulated,
    judgedAt: now.toISOString(),
  };
}

/** Why a file shows nothing of a connection. */
export function withoutConnection(says: string): Examination {
  const found = new Findings("channel");
  found.notChecked("channel-key", "channel-ends-in-guest", says);
  return { findings: found.all, collateral: [] };
}

/** Checks and claims were worded for releases; the reader's expectation stands in their place here. */
const worded = (says: string) => says.replaceAll(/\bthe release\b/g, "the expectation");

function ofExpectation(finding: Finding): Finding {
  return { ...finding, says: worded(finding.says) };
}

/** Claims whose words speak of parts of a release that have no counterpart here. */
const ownWords: Readonly<Partial<Record<VerdictClaimId, { readonly says: string; readonly limit: string }>>> = {
  "guest-booted-as-released": {
    says: "What booted, as far as the evidence names it, is what the expectation names",
    limit: "who built the machine's image, and whether the values were observed on a machine that deserved it",
  },
  "guest-rules-bound": {
    says: "Rules from outside, init-data, are those that the expectation names",
    limit: "what the rules themselves leave open",
  },
};

function claimOfExpectation(verdict: ClaimVerdict): ClaimVerdict {
  const { says, limit } = ownWords[verdict.claim] ?? verdict;
  return { ...verdict, says: worded(says), limit };
}
