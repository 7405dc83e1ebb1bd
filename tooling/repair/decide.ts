import type { LiveObject, LiveRelease } from "./live";
import type { PendingOperation, StackState, StateResource } from "./state";
import { claimedManagers, isHelmRelease, isKubernetes, operationKey, resourcesOf } from "./state";

/** What is done about one thing that a killed run left behind. */
export type Repair =
  /** The state takes note that it exists, in place of what it was to replace. Nothing live changes; the next run finishes it. */
  | { readonly kind: "adopt"; readonly id: string; readonly manager?: string; readonly strays: readonly string[] }
  /** The note about it is dropped. Nothing live changes. */
  | { readonly kind: "clear"; readonly strays: readonly string[] }
  /** Helm's record of an unfinished step is marked as failed, so that Helm goes on from it, up or down. */
  | {
      readonly kind: "failRecords";
      readonly records: readonly string[];
      /** Identity by which the release is taken into the state, where it is not in it. */
      readonly adoptedId?: string;
    }
  /** The state takes note that it is gone. Nothing live changes. */
  | { readonly kind: "forget" }
  /** Only a person can tell whether it exists. */
  | { readonly kind: "ask" }
  /** It exists beside the one that the state has; which of the two is wanted, the configuration says and no state. */
  | { readonly kind: "leave"; readonly id: string };

export interface Finding {
  readonly resource: StateResource;
  /** What the engine was doing to it: creating, updating, deleting …; undefined: nothing that it remembers. */
  readonly operation?: string;
  /** What was found, and what may have happened. */
  readonly because: string;
  readonly repair: Repair;
}

/** How the pending creation of a resource of some cloud ended, as a person has looked it up. */
export type Told = { readonly exists: string } | "absent";

export interface Seen {
  readonly objects: ReadonlyMap<PendingOperation, LiveObject>;
  /** By URN, of pending operations and of resources in the state alike. */
  readonly releases: ReadonlyMap<string, LiveRelease>;
  /** By URN. */
  readonly told: ReadonlyMap<string, Told>;
}

export interface FindingsOptions {
  /** Whether the stack is about to be destroyed, so that both of two objects are going anyway. Default: no. */
  readonly ending?: boolean;
}

/** Says of each pending operation, and of each Helm release, what has to be repaired and how. */
export function findings(
  state: StackState,
  operations: readonly PendingOperation[],
  seen: Seen,
  { ending = false }: FindingsOptions = {},
): Finding[] {
  const claimed = claimedManagers(state);
  const known = new Map(
    resourcesOf(state)
      .filter((each) => !each.delete)
      .map((each) => [each.urn, each]),
  );
  const taken = new Set<string>();
  // The engine keeps creations of former runs as well: one that was killed twice is there twice, the last one first.
  const distinct = new Map(
    operations.map((each) => [`${each.type} ${operationKey(each.resource)}`, each] as const).reverse(),
  );
  const found = [...distinct.values()].reverse().map((operation) => {
    const finding = ofOperation(operation, { seen, claimed, known, ending });
    if (finding.repair.kind !== "adopt") return finding;
    const { urn } = finding.resource;
    // A state has one resource of a name.
    if (taken.has(urn)) return beside(finding, finding.repair.id);
    taken.add(urn);
    return finding;
  });
  const named = new Set(found.map(({ resource }) => resource.urn));
  const releases = [...known.values()].filter((each) => isHelmRelease(each) && !named.has(each.urn));
  return [...found, ...releases.flatMap((release) => ofRelease(release, seen) ?? [])];
}

function beside(finding: Omit<Finding, "because" | "repair">, id: string): Finding {
  const because =
    "it exists beside the one that the state has: the run was killed before it had changed one for the other";
  return { ...finding, because, repair: { kind: "leave", id } };
}

interface Around {
  readonly seen: Seen;
  readonly claimed: ReadonlySet<string>;
  /** By URN, what the state has and does not mean to delete. */
  readonly known: ReadonlyMap<string, StateResource>;
  readonly ending: boolean;
}

function ofOperation(operation: PendingOperation, { seen, claimed, known, ending }: Around): Finding {
  const { resource, type } = operation;
  const finding = (because: string, repair: Repair): Finding => ({ resource, operation: type, because, repair });
  const clear: Repair = { kind: "clear", strays: [] };
  const release = isHelmRelease(resource) ? ofRelease(resource, seen, type, known.has(resource.urn)) : undefined;
  if (release) return release;
  if (type !== "creating") return finding("the next run looks at it and does what is still to do", clear);
  if (isHelmRelease(resource)) return finding("Helm knows no such release: it was not begun", clear);
  if (!resource.custom || resource.type.startsWith("pulumi:"))
    return finding("it is nothing outside of the state", clear);
  const told = seen.told.get(resource.urn);
  if (told === "absent") return finding("you say that it does not exist", clear);
  const now = known.get(resource.urn);
  if (told && now?.id === told.exists) return finding("a later run has it in the state", clear);
  if (told && now) return beside({ resource, operation: type }, told.exists);
  if (told) return finding(`you say that it exists as ${told.exists}`, { kind: "adopt", id: told.exists, strays: [] });
  const live = isKubernetes(resource) ? seen.objects.get(operation) : undefined;
  if (!live) return finding("whether it exists is not known here", { kind: "ask" });
  if (!live.exists) return finding("it does not exist: its creation never reached the cluster", clear);
  const managers = live.managers.filter((manager) => !claimed.has(manager));
  // What had to go before its successor came is in the state until that one is there, and nowhere else.
  const stands = now?.pendingReplacement === true ? undefined : now;
  if (stands && isSame(stands.id, live.id))
    return finding("a later run made it again and has it in the state", { kind: "clear", strays: managers });
  const [manager, ...strays] = managers;
  if (!manager)
    return finding(
      "one of its name exists, but no run of Pulumi made it: the next run will say what is in its way",
      clear,
    );
  if (stands && !ending) return beside({ resource, operation: type }, live.id);
  return finding("it exists: it was made, and the run was killed before it could note so", {
    kind: "adopt",
    id: live.id,
    manager,
    strays,
  });
}

/** The provider writes the namespace that an object has by default into its identity; inputs may leave it out. */
function isSame(id: string | undefined, liveId: string): boolean {
  return id === liveId || (!liveId.includes("/") && (id?.endsWith(`/${liveId}`) ?? false));
}

/** What is wrong with a Helm release; undefined where nothing is. */
function ofRelease(resource: StateResource, seen: Seen, operation?: string, inState = true): Finding | undefined {
  const live = seen.releases.get(resource.urn);
  if (!live) return undefined;
  const finding = (because: string, repair: Repair): Finding => ({ resource, operation, because, repair });
  const { latest } = live;
  const adopted = inState ? {} : { adoptedId: live.id };
  if (!latest)
    return inState && operation !== "creating"
      ? finding("Helm knows no such release any more: it was uninstalled, and nobody noted so", { kind: "forget" })
      : undefined;
  if (latest.status.startsWith("pending-")) {
    const records = live.records.filter(({ status }) => status.startsWith("pending-")).map(({ name }) => name);
    const what = latest.status === "pending-install" ? "installation" : "upgrade";
    return finding(`its ${what} was cut off, and Helm refuses every other step until then`, {
      kind: "failRecords",
      records,
      ...adopted,
    });
  }
  if (operation !== "creating") return undefined;
  if (inState) return finding("a later run has it in the state", { kind: "clear", strays: [] });
  if (latest.status === "deployed")
    return finding("it is installed: the run was killed before it could note so", {
      kind: "adopt",
      id: live.id,
      strays: [],
    });
  // Failed or half uninstalled, as an installation that is taken back leaves it.
  return finding(`it is ${latest.status}: its installation failed, and was cut off when it was taken back`, {
    kind: "failRecords",
    records: latest.status === "failed" ? [] : [latest.name],
    ...adopted,
  });
}
