import type { GuestImage } from "../guest/measurement/guestImage";
import type { VerifiedRelease } from "../workload/release/verify";
import type { CollateralFile, ExamineContext, VendorRoots } from "./context";
import type { AdditionalEvidence, AttestRequest, DeviceEvidence } from "./evidence/attestRequest";
import type { Examination, Finding } from "./finding";
import { Findings } from "./finding";
import type { GuestEvidence } from "./question";
import { expectedOf } from "./question";
import { derivedFindings, releaseFindings } from "./releaseFindings";
import type { Acceptance, Verdict } from "./verdict";
import { acceptNothing, gradeClaims, overallOf, standingFindings } from "./verdict";

export interface JudgeArgs {
  /** A release whose signatures, factory and validity were checked: `verifyRelease`. */
  readonly release: VerifiedRelease;
  /** Raw evidence. Default: none, so that only a token, or nothing, speaks of the guest. */
  readonly evidence?: GuestEvidence;
  /** The reader's own nonce, base64, made for this question. Default: none, and nothing is fresh. */
  readonly nonce?: string;
  /** Findings about the connection (`examineChannel`), given what the CPU's evidence turned out to bind. */
  readonly channel: (bound: BoundRuntime | undefined) => readonly Finding[];
  /** What came of somebody's word about a guest: a token, or a key that is given to attested guests alone. */
  readonly word?: Word;
  readonly roots: VendorRoots;
  readonly collateral: readonly CollateralFile[];
  readonly now: Date;
  readonly acceptance?: Acceptance;
  /** Description of the guest image that the reader himself vouches for. Default: none, and the owner's word is all. */
  readonly guestImage?: GuestImage;
}

export interface Word extends Examination {
  /**
   * Whether it is about the guest that the raw evidence is of, by the key that both name. One that is not fills no gap of
   * this guest's evidence: it may be of a better one.
   */
  readonly ofThisGuest: boolean;
}

/** Runtime data of evidence, and whether the CPU's signed report carries its digest. */
export interface BoundRuntime {
  readonly runtime: AttestRequest["runtime-data"];
  readonly signed: boolean;
}

/** The checks of one kind of CPU or device; the real ones are in `examiners.ts`. */
export interface Examiners {
  readonly cpu: (evidence: GuestEvidence, context: ExamineContext) => Examination | Promise<Examination>;
  readonly devices: (
    evidence: { readonly devices: readonly DeviceEvidence[]; readonly nrasToken?: string },
    context: ExamineContext,
  ) => Examination | Promise<Examination>;
}

/** Judges a guest, claim by claim. What evidence says leads to findings, never to an error. */
export async function judgeGuest(args: JudgeArgs, examiners: Examiners): Promise<Verdict> {
  const { release, evidence, nonce, word, roots, now, acceptance = acceptNothing } = args;
  const own = new Findings("release");
  if (release.release.simulated !== roots.simulated)
    own.failed(
      "release-roots",
      "cpu-genuine",
      roots.simulated
        ? "a genuine release is not judged under a rehearsal's roots"
        : "a SIMULATED release is judged under a rehearsal's roots alone; no genuine hardware runs it",
    );
  const raw = evidence && (await examine(args, evidence, examiners));
  const rawRoute = raw && [...raw.findings, ...(evidence ? freshness(evidence, nonce) : [])];
  const bound = evidence && {
    runtime: evidence.request["runtime-data"],
    signed: isSigned(rawRoute ?? []),
  };
  const known = releaseFindings(release, args.guestImage);
  const wordRoute = word && (evidence && !word.ofThisGuest ? otherGuests(word) : word.findings);
  const routes = [rawRoute, wordRoute].flatMap((route) =>
    route ? [[...route, ...derivedFindings(release, known, route)]] : [],
  );
  const found = { always: [...own.all, ...known, ...args.channel(bound)], routes };
  const graded = gradeClaims(found);
  const standing = standingFindings(found, acceptance);
  return {
    ...overallOf(graded),
    accepted: standing.length === 0,
    standing,
    claims: graded,
    collateral: [...(raw?.collateral ?? []), ...(word?.collateral ?? [])],
    release: { name: release.release.name, digest: release.digest, owner: release.release.owner },
    simulated: roots.simulated || release.release.simulated,
    judgedAt: now.toISOString(),
  };
}

/** Of another guest, or nobody knows of which: bad news counts, and good news is no news. */
function otherGuests({ findings }: Word): readonly Finding[] {
  return findings.filter(({ grade }) => grade === "failed");
}

async function examine(
  { release: { release }, roots, collateral, now }: JudgeArgs,
  evidence: GuestEvidence,
  examiners: Examiners,
): Promise<Examination> {
  const context: ExamineContext = { now, roots, collateral, expected: expectedOf(release, evidence.request) };
  const found = new Findings("evidence");
  const devices = devicesOf(evidence.request["tee-evidence"].additional_evidence);
  if (devices === undefined)
    found.failed("devices-readable", "gpu-genuine", "the devices' evidence is not in the form of the protocol");
  const parts = await Promise.all([
    evidence.tee === release.tee
      ? examiners.cpu(evidence, context)
      : other("cpu-tee", `the evidence is of ${evidence.tee}; the release runs on ${release.tee}`),
    examiners.devices(
      { devices: devices ?? [], ...(evidence.nrasToken !== undefined && { nrasToken: evidence.nrasToken }) },
      context,
    ),
  ]);
  return {
    findings: [...found.all, ...parts.flatMap(({ findings }) => findings)],
    collateral: parts.flatMap((part) => part.collateral),
  };
}

function other(check: string, says: string): Examination {
  const found = new Findings("cpu0");
  found.failed(check, "cpu-genuine", says);
  return { findings: found.all, collateral: [] };
}

function devicesOf(additional: string): readonly DeviceEvidence[] | undefined {
  try {
    const parsed = JSON.parse(additional || "{}") as AdditionalEvidence;
    return parsed.nvidia?.device_evidence_list ?? [];
  } catch {
    return undefined;
  }
}

/** Whether the reader's own nonce is in what the report's data is a digest of; that it is one, the CPU's checks say. */
function freshness({ request }: GuestEvidence, nonce: string | undefined): readonly Finding[] {
  const found = new Findings("evidence");
  const answered = request["runtime-data"].nonce;
  if (nonce === undefined)
    found.notChecked(
      "question-nonce",
      "evidence-fresh",
      "nothing was asked: recorded evidence may be of any age; ask the guest itself, with `trustfoundry verify <URL>`",
    );
  else
    found.decide(
      "question-nonce",
      "evidence-fresh",
      answered === nonce,
      "the evidence answers this reader's nonce",
      "the evidence answers another nonce than this reader's: it was made for another question",
    );
  return found.all;
}

/** The check by which a CPU's examiner says that signed report data equal the digest of the runtime data. */
const reportDataChecks = ["snp-report-data", "tdx-report-data"];

/** Nothing that the hardware did not sign binds a key: one failed check of the CPU is enough to lose it. */
function isSigned(route: readonly Finding[]): boolean {
  const cpu = route.filter(({ of }) => of === "cpu0");
  return (
    cpu.some(({ check, grade }) => reportDataChecks.includes(check) && grade === "verified") &&
    cpu.every(({ grade }) => grade !== "failed")
  );
}
