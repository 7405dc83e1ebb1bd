import type { Outcome } from "./outcome";
import { Unseen } from "./seen";

/** A link with what it is asked about. */
export interface BoundLink {
  readonly id: string;
  readonly question: string;
  readonly follows: readonly string[];
  readonly subject: string;
  readonly check: () => Outcome;
}

export interface Finding {
  readonly link: string;
  readonly question: string;
  readonly subject: string;
  readonly outcome: Outcome;
  /** The broken link that this one's break follows from. */
  readonly consequenceOf?: string;
}

/** The same break of several subjects, told once. */
export interface Fault {
  readonly link: string;
  readonly question: string;
  readonly subjects: readonly string[];
  readonly outcome: Extract<Outcome, { state: "broken" }>;
  /** Links that are broken because of it, each with its subject. */
  readonly consequences: readonly { readonly link: string; readonly subject: string; readonly found: string }[];
}

export interface Diagnosis {
  /** Independent breaks, in the order of the chains: the first is where to begin. */
  readonly faults: readonly Fault[];
  /** What could not be seen. */
  readonly unknown: readonly Finding[];
  /** What was not asked, or does not apply. */
  readonly skipped: readonly Finding[];
  readonly holds: readonly Finding[];
}

/** Checks the links in their order. A break that follows from an earlier one is a consequence, and not a fault of its own. */
export function walk(links: readonly BoundLink[]): Finding[] {
  const findings: Finding[] = [];
  for (const { id, question, follows, subject, check } of links) {
    const outcome = checked(check);
    const cause =
      outcome.state === "broken"
        ? findings.find((each) => each.outcome.state === "broken" && follows.includes(each.link))
        : undefined;
    const root = cause && (cause.consequenceOf ?? keyOf(cause));
    findings.push({ link: id, question, subject, outcome, ...(root !== undefined && { consequenceOf: root }) });
  }
  return findings;
}

function checked(check: () => Outcome): Outcome {
  try {
    return check();
  } catch (error) {
    if (error instanceof Unseen) return { state: "unknown", why: error.why };
    throw error;
  }
}

const keyOf = ({ link, subject }: Pick<Finding, "link" | "subject">) => `${link} of ${subject}`;

/** Puts walks together: each link of a subject once, equal breaks as one, consequences with what they follow from. */
export function diagnosisOf(walks: readonly (readonly Finding[])[]): Diagnosis {
  const all = new Map<string, Finding>();
  for (const finding of walks.flat()) {
    const known = all.get(keyOf(finding));
    // Where one walk knows what a break follows from, it is no fault of its own.
    if (!known || (known.consequenceOf === undefined && finding.consequenceOf !== undefined))
      all.set(keyOf(finding), finding);
  }
  const findings = [...all.values()];
  const inState = (state: Outcome["state"]) => findings.filter(({ outcome }) => outcome.state === state);
  const brokenOnes = inState("broken") as (Finding & { outcome: Fault["outcome"] })[];
  const groups = new Map<string, (typeof brokenOnes)[number][]>();
  for (const finding of brokenOnes.filter(({ consequenceOf }) => consequenceOf === undefined)) {
    const same = JSON.stringify([finding.link, finding.outcome]);
    groups.set(same, [...(groups.get(same) ?? []), finding]);
  }
  const faults = [...groups.values()].map((members): Fault => {
    const keys = members.map(keyOf);
    const consequences = brokenOnes
      .filter(({ consequenceOf }) => consequenceOf !== undefined && keys.includes(consequenceOf))
      .map(({ link, subject, outcome }) => ({ link, subject, found: outcome.found }));
    const [{ link, question, outcome }] = members as [(typeof members)[number]];
    return { link, question, subjects: members.map(({ subject }) => subject), outcome, consequences };
  });
  return { faults, unknown: inState("unknown"), skipped: inState("skipped"), holds: inState("ok") };
}

export const exitCodes = { healthy: 0, badInput: 1, broken: 2, unseen: 3 } as const;

/** Whatever could not be seen is never taken for healthy. */
export function exitCodeOf({ faults, unknown }: Diagnosis): number {
  return faults.length > 0 ? exitCodes.broken : unknown.length > 0 ? exitCodes.unseen : exitCodes.healthy;
}
