import { byText } from "../review/text";
import { findForeign } from "./findForeign";
import { findLabels, findShared } from "./findCluster";
import { findObjects } from "./findObjects";
import { findPods } from "./findPods";
import type { Found, LookedStack } from "./found";
import type { DriftReport, Unlooked } from "./types";
import { objectText, severities } from "./types";

export interface DriftFound {
  readonly found: readonly Found[];
  readonly unlooked: readonly Unlooked[];
  readonly compared: number;
}

/** What of these stacks' objects, and round them, is not as it was applied. Reads, and changes nothing. */
export async function findDrift(stacks: readonly LookedStack[], known: readonly string[] = []): Promise<DriftFound> {
  const found: Found[] = [];
  const unlooked: Unlooked[] = [];
  let compared = 0;
  for (const of of stacks) {
    if (of.stack.pending > 0)
      unlooked.push({
        stack: of.stack.stackName,
        what: "what an interrupted update did",
        why: "the state has pending operations; run the update again",
      });
    const objects = await findObjects(of);
    compared += objects.compared;
    const rounds = [objects, await findForeign(of, stacks), await findPods(withEyes(of, stacks)), await findLabels(of)];
    if (of.role !== "workloads") rounds.push(await findShared(of, stacks));
    for (const round of rounds) {
      found.push(...round.found);
      unlooked.push(...round.unlooked);
    }
  }
  const isKnown = ({ finding: { change, object } }: Found) =>
    change === "foreign" && known.includes(objectText(object).replace(" ", "/"));
  return { found: sorted(found.filter((each) => !isKnown(each))), unlooked, compared };
}

/** Who may place workloads may not read, or end, what became of them; who owns the namespace may. */
function withEyes(of: LookedStack, stacks: readonly LookedStack[]): LookedStack {
  if (of.role !== "workloads") return of;
  const namespaces = new Set(of.stack.objects.map(({ namespace }) => namespace));
  const owner = stacks.find(
    ({ look, stack }) =>
      look.server === of.look.server &&
      stack.objects.some(({ kind, name }) => kind === "Namespace" && namespaces.has(name)),
  );
  return owner ? { ...owner, charts: [], stack: { ...owner.stack, objects: of.stack.objects } } : of;
}

function sorted(found: readonly Found[]): Found[] {
  const order = ({ finding: { severity, stack, object, path } }: Found) =>
    [severities.indexOf(severity), stack, objectText(object), path].join("\0");
  const seen = new Set<string>();
  return [...found]
    .sort((a, b) => byText(order(a), order(b)))
    .filter((each) => !seen.has(order(each)) && seen.add(order(each)));
}

export function reportOf({ found, unlooked, compared }: DriftFound): DriftReport {
  return { findings: found.map(({ finding }) => finding), unlooked, compared };
}

export const exitCodes = { none: 0, mistake: 1, drift: 2, unlooked: 3 } as const;

/** What could not be looked at is never taken for fine. */
export function exitCodeOf({ findings, unlooked }: Pick<DriftReport, "findings" | "unlooked">): number {
  return findings.length > 0 ? exitCodes.drift : unlooked.length > 0 ? exitCodes.unlooked : exitCodes.none;
}
