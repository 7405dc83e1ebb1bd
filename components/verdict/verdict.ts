import { claims } from "./claims";
import type { CollateralUse, Finding, Grade, VerdictClaimId } from "./finding";
import { grades, weakest } from "./finding";
import { guestClaims } from "./guestClaims";

/**
 * What has to hold before a prompt is sent. The rest of the claims are about the key broker, the cluster and the
 * provider's own protection: no evidence of a guest shows them.
 */
export const requiredClaims = [
  "release-authentic",
  "channel-ends-in-guest",
  "evidence-fresh",
  "cpu-genuine",
  "cpu-firmware-current",
  "guest-booted-as-released",
  "guest-not-debuggable",
  "guest-rules-bound",
  "image-as-released",
  "host-kept-out",
  "gpu-genuine",
  "gpu-confidential",
] as const satisfies readonly VerdictClaimId[];

/** One claim, how it stands, and why. */
export interface ClaimVerdict {
  readonly claim: VerdictClaimId;
  readonly says: string;
  readonly limit: string;
  readonly required: boolean;
  readonly grade: Grade;
  /** Who asserts it, where that is its grade. */
  readonly by: readonly string[];
  readonly findings: readonly Finding[];
}

/** What the reader takes on himself: nobody is trusted, and nothing left out, unless it is named. */
export interface Acceptance {
  /** Parties whose word is enough, by the names that findings give them. */
  readonly assertedBy: readonly string[];
  /** Checks that may stay undone, by their identifiers. */
  readonly unchecked: readonly string[];
}

export const acceptNothing: Acceptance = { assertedBy: [], unchecked: [] };

export interface Verdict {
  /** The weakest required claim's. */
  readonly overall: Grade;
  /** Whoever's word the overall verdict rests on. */
  readonly by: readonly string[];
  /** Whether the reader may go on: verified, or all that is less was accepted by name. */
  readonly accepted: boolean;
  /** What stands between the verdict and the reader's acceptance. */
  readonly standing: readonly Finding[];
  readonly claims: readonly ClaimVerdict[];
  readonly collateral: readonly CollateralUse[];
  readonly release: { readonly name: string; readonly digest: string; readonly owner: string };
  /** A rehearsal's: it says nothing about hardware. */
  readonly simulated: boolean;
  /** By the reader's clock, ISO 8601. */
  readonly judgedAt: string;
}

/** Findings by how they came about. */
export interface Found {
  /** Of release and channel: they count whatever else there is. */
  readonly always: readonly Finding[];
  /**
   * Ways to look at a guest: its raw evidence, a token about it. One way is enough for a claim, and the best one counts;
   * but what fails on any way has failed.
   */
  readonly routes: readonly (readonly Finding[])[];
}

/** Claims that a release and a connection settle between them; every other one needs evidence of a guest. */
const withoutEvidence: readonly VerdictClaimId[] = ["release-authentic", "channel-ends-in-guest"];

/**
 * The grades of all required claims, and of those others that something was found about. Which are required is a guest's
 * list of a release, or a machine's (`machineVerdict.ts`).
 */
export function gradeClaims(found: Found, required: readonly VerdictClaimId[] = requiredClaims): ClaimVerdict[] {
  const all = [...found.always, ...found.routes.flat()];
  const others = [...new Set(all.map(({ claim }) => claim))].filter((claim) => !required.includes(claim)).sort();
  return [...required, ...others].map((claim) => {
    const counting = countingFindings(found, claim, required);
    const findings = [...new Set([...counting, ...all.filter((finding) => finding.claim === claim)])];
    const grade = weakest(counting.map(gradeOf));
    return {
      claim,
      ...textOf(claim),
      required: required.includes(claim),
      grade,
      by: grade === "asserted" ? names(counting) : [],
      findings,
    };
  });
}

/** Of the required claims, whatever keeps a reader from going on: he accepted no such word, and no such gap. */
export function standingFindings(
  found: Found,
  { assertedBy, unchecked }: Acceptance,
  required: readonly VerdictClaimId[] = requiredClaims,
): Finding[] {
  return required.flatMap((claim) =>
    countingFindings(found, claim, required).filter(
      ({ grade, by, check }) =>
        grade === "failed" ||
        (grade === "asserted" && !assertedBy.includes(by ?? "")) ||
        (grade === "notChecked" && !unchecked.includes(check)),
    ),
  );
}

export function overallOf(claimVerdicts: readonly ClaimVerdict[]): { readonly overall: Grade; readonly by: string[] } {
  const required = claimVerdicts.filter((verdict) => verdict.required);
  const overall = weakest(required.map(gradeOf));
  return { overall, by: overall === "asserted" ? [...new Set(required.flatMap(({ by }) => by))].sort() : [] };
}

/** What a claim's grade is made of: all that failed, what always counts, and the best route. */
function countingFindings(
  { always, routes }: Found,
  claim: VerdictClaimId,
  required: readonly VerdictClaimId[],
): readonly Finding[] {
  const of = (findings: readonly Finding[]) => findings.filter((finding) => finding.claim === claim);
  const failed = routes.flatMap(of).filter(({ grade }) => grade === "failed");
  const route = bestRoute(routes.map((findings) => of(findings).filter(({ grade }) => grade !== "failed")));
  const missing =
    route.length === 0 && failed.length === 0 && required.includes(claim) && !withoutEvidence.includes(claim);
  const counting = [...failed, ...of(always), ...route, ...(missing ? [nothingFound(claim)] : [])];
  return counting.length > 0 ? counting : [nothingFound(claim)];
}

function bestRoute(routes: readonly (readonly Finding[])[]): readonly Finding[] {
  const rank = (route: readonly Finding[]) => grades.indexOf(weakest(route.map(gradeOf)));
  return routes
    .filter((route) => route.length > 0)
    .reduce<readonly Finding[]>((best, route) => (best.length === 0 || rank(route) < rank(best) ? route : best), []);
}

function nothingFound(claim: VerdictClaimId): Finding {
  return {
    check: `${claim}-evidence`,
    claim,
    of: "evidence",
    grade: "notChecked",
    says: "nothing was given that shows it",
  };
}

function textOf(claim: VerdictClaimId): { readonly says: string; readonly limit: string } {
  const { says, limit } = claim in guestClaims ? guestClaims[claim as never] : claims[claim as never];
  return { says, limit };
}

function names(findings: readonly Finding[]): string[] {
  return [...new Set(findings.flatMap(({ by }) => by ?? []))].sort();
}

function gradeOf({ grade }: { readonly grade: Grade }): Grade {
  return grade;
}
