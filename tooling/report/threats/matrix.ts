import type { ClaimId } from "../../../components/verdict/claims";
import type { Source } from "../../../policies/sources";
import { unique } from "../../review/text";
import type { Subject } from "./controls";
import { controlOf, standingOf } from "./controls";
import type { ControlId } from "./controls";
import type { Adversary, Asset, Way } from "./ways";
import { adversaryNames, assetNames, waysOf } from "./ways";

/** Worst last. `unknown`: what would tell was not read, and nothing is claimed. */
export const outcomes = ["own", "nobody", "stopped", "partly", "unknown", "open"] as const;
export type Outcome = (typeof outcomes)[number];

/** One way, as it stands at one subject. */
export interface WayStanding {
  readonly what: string;
  readonly is: "stopped" | "unknown" | "open";
  /** The controls that stop it, all in force. */
  readonly by: readonly ControlId[];
  /** Why it is not stopped, or not known. */
  readonly because?: string;
  readonly claims: readonly ClaimId[];
  readonly sources: readonly Source[];
}

export interface Cell {
  readonly adversary: Adversary;
  readonly asset: Asset;
  readonly outcome: Outcome;
  /** Of `own` and `nobody`. */
  readonly note?: string;
  readonly ways: readonly WayStanding[];
}

/** Every adversary and every asset, for one release at its place, or for a place without releases. */
export function matrixOf(subject: Subject): Cell[] {
  return adversaryNames.flatMap((adversary) => assetNames.map((asset) => cellOf(adversary, asset, subject)));
}

export function cellOf(adversary: Adversary, asset: Asset, subject: Subject): Cell {
  const { facts, site, release } = subject;
  const ways = waysOf(adversary, asset, {
    place: site.place,
    keysAtCloud: facts.trust.some(({ keyAuthority }) => keyAuthority.who === "cloud"),
    servingKey: release?.release.servingKey !== undefined,
  });
  if ("own" in ways) return { adversary, asset, outcome: "own", note: ways.own, ways: [] };
  if ("nobody" in ways) return { adversary, asset, outcome: "nobody", note: ways.nobody, ways: [] };
  const standings = ways.map((way) => wayStanding(way, subject));
  return { adversary, asset, outcome: outcomeOf(standings), ways: standings };
}

function wayStanding(way: Way, subject: Subject): WayStanding {
  const { what } = way;
  if ("open" in way) return { what, is: "open", by: [], because: way.open, claims: way.claims, sources: [way.source] };
  const standings = way.stoppedBy.map((id) => ({ id, standing: standingOf(id, subject) }));
  const claims = unique(way.stoppedBy.flatMap((id) => controlOf(id).claims)) as ClaimId[];
  const sources = [...new Map(way.stoppedBy.map((id) => [controlOf(id).source.text, controlOf(id).source])).values()];
  const common = { what, claims, sources };
  // What is known to be missing counts before what was not read.
  for (const is of ["absent", "unknown"] as const)
    for (const { standing } of standings)
      if (standing.is === is)
        return { ...common, is: is === "absent" ? "open" : "unknown", by: [], because: standing.because };
  return { ...common, is: "stopped", by: way.stoppedBy };
}

/** A way that is open is open: with others stopped the asset is out of some reach, which is said as `partly`. */
function outcomeOf(ways: readonly WayStanding[]): Outcome {
  const some = (is: WayStanding["is"]) => ways.some((way) => way.is === is);
  if (some("open")) return some("stopped") ? "partly" : "open";
  return some("unknown") ? "unknown" : "stopped";
}
