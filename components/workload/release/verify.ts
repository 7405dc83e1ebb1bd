import { documentDigest } from "./document";
import { readPayload } from "./payload";
import { readDocument } from "./reading";
import type { Release } from "./schema";
import { examineSignatures } from "./signatures";
import { missingSigners, retirementWarnings, setAsideWarnings } from "./signerCount";
import type { SignerPolicy } from "./signers";

/** What the reader knows of its own and the release has to agree with. */
export interface Expectation {
  readonly signers: SignerPolicy;
  /** The reader's factory: a release of another one is a replay. */
  readonly factory: string;
  /** The model owner; any where left out, since its keys are what counts. */
  readonly owner?: string;
  readonly name?: string;
  /** Whether the reader is a rehearsal. */
  readonly simulated?: boolean;
  readonly now: Date;
}

export interface VerifiedRelease {
  readonly release: Release;
  readonly digest: string;
  /** Names of the keys that count, as the policy has them. */
  readonly signedBy: readonly string[];
  readonly warnings: readonly string[];
}

export type Verification = VerifiedRelease | { readonly refusals: readonly string[] };

const warningDays = 14;
export const millisecondsADay = 86_400_000;

/**
 * Whether a text is a release that its reader may act upon: the form, then the signatures, and only then what it says.
 * Refusals are full sentences with what to do; all that can be found at one stage are reported together.
 */
export async function verifyRelease(text: string, expected: Expectation): Promise<Verification> {
  const reading = readDocument(text);
  if ("refusal" in reading) return refused(reading.refusal);
  const { document, headers } = reading;
  const digest = documentDigest(document);

  const findings = await examineSignatures(document, headers, expected.signers, expected.now);
  const invalid = findings.filter(({ status }) => status === "invalid");
  if (invalid.length > 0)
    return refused(
      `was changed after it was signed: the signature of ${invalid.map(({ signer, kid }) => signer?.name ?? kid).join(" and ")} does not fit its content; fetch it again, and tell the model owner if that does not help`,
    );
  const missing = missingSigners(findings, expected.signers);
  if (missing.length > 0) return refused(...missing);
  const revoked = expected.signers.revokedReleases?.find((entry) => entry.digest === digest);
  if (revoked) return refused(`was revoked (${revoked.reason}); ask the model owner for a newer one`);

  const content = readPayload(document);
  if ("refusal" in content) return refused(content.refusal);
  const { release } = content;
  const problems = [...mismatches(release, expected), ...validityProblems(release, expected.now)];
  if (problems.length > 0) return refused(...problems);
  return {
    release,
    digest,
    signedBy: findings.flatMap(({ status, signer }) => (status === "counts" && signer ? [signer.name] : [])),
    warnings: [
      ...endingSoon(release, expected.now),
      ...setAsideWarnings(findings),
      ...retirementWarnings(
        findings,
        expected.signers,
        new Date(expected.now.getTime() + warningDays * millisecondsADay),
      ),
    ],
  };
}

function mismatches(release: Release, expected: Expectation): string[] {
  const problems: string[] = [];
  if (release.factory !== expected.factory)
    problems.push(
      `was made for the factory ${release.factory} and means nothing in ${expected.factory}; ask the model owner for a release of this factory`,
    );
  if (expected.owner !== undefined && release.owner !== expected.owner)
    problems.push(`was released by ${release.owner}, not by ${expected.owner}; check from whom you have it`);
  if (expected.name !== undefined && release.name !== expected.name)
    problems.push(`is the release of ${release.name}, not of ${expected.name}; put each file under its own name`);
  if (release.simulated && expected.simulated !== true)
    problems.push("is SIMULATED, made for a rehearsal; ask the model owner for a real one");
  if (!release.simulated && expected.simulated === true)
    problems.push("is a real release and has no place in a rehearsal; leave it out");
  return problems;
}

function validityProblems({ validity }: Release, now: Date): string[] {
  if (now.getTime() < Date.parse(validity.notBefore))
    return [`is not valid before ${validity.notBefore}; wait, or ask the model owner for one that is valid now`];
  if (now.getTime() > Date.parse(validity.notAfter))
    return [
      `expired at ${validity.notAfter}, and its guests are given no keys any more; ask the model owner for a new one`,
    ];
  return [];
}

function endingSoon({ validity }: Release, now: Date): string[] {
  const days = (Date.parse(validity.notAfter) - now.getTime()) / millisecondsADay;
  if (days > warningDays) return [];
  return [
    `Its validity ends at ${validity.notAfter}, in ${days < 1 ? "less than a day" : `${Math.floor(days)} days`}; guests that start later are given no keys, so place its successor before.`,
  ];
}

function refused(...ends: readonly string[]): { readonly refusals: readonly string[] } {
  return { refusals: ends.map((end) => `The release ${end}.`) };
}
