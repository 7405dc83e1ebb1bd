import { UserError } from "../ui";
import type { Finding, FindingsOptions, Told } from "./decide";
import { findings } from "./decide";
import type { Kubectl, LiveObject, LiveRelease } from "./live";
import { failRecords, lookAtObject, lookAtRelease, relinquish } from "./live";
import type { Lock } from "./locks";
import { describeLock } from "./locks";
import { repairedState } from "./rewrite";
import type { PendingOperation, StackState, StateResource } from "./state";
import {
  contextOf,
  helmNameOf,
  inWords,
  isHelmRelease,
  isKubernetes,
  objectOf,
  pendingOperations,
  resourcesOf,
} from "./state";
import { describeFinding } from "./words";

/** A stack that may have to be repaired: how its state is reached, and its cluster. */
export interface RepairedStack {
  readonly name: string;
  readonly exportState: () => Promise<StackState>;
  readonly importState: (state: StackState) => Promise<void>;
  readonly locks: () => Promise<readonly Lock[]>;
  /** Releases locks whose holder is dead. */
  readonly release: (locks: readonly Lock[]) => Promise<void>;
  /**
   * Whether `locks` knows of every run. Elsewhere the engine alone does, and says so when it is to write the state: that
   * comes first then, before anything is done to what a living run works on.
   */
  readonly seesEveryRun: boolean;
  readonly kubectl: Kubectl;
}

export interface RepairPlan {
  readonly stack: RepairedStack;
  readonly state: StackState;
  readonly locks: readonly Lock[];
  readonly findings: readonly Finding[];
}

export const nothingToRepair = (plan: RepairPlan) => plan.locks.length === 0 && plan.findings.length === 0;

export interface PlanOptions extends FindingsOptions {
  /** How pending creations ended that cannot be looked up here, by URN. */
  readonly told?: ReadonlyMap<string, Told>;
}

/** Looks at locks, state and cluster; changes nothing. Refuses where a lock's holder lives. */
export async function planRepair(
  stack: RepairedStack,
  { told = new Map<string, Told>(), ...options }: PlanOptions = {},
): Promise<RepairPlan> {
  const locks = await stack.locks();
  const held = locks.filter(({ holder }) => holder !== "dead");
  if (held.length > 0)
    throw new UserError(
      `The stack ${stack.name} is locked: ${held.map(describeLock).join("; ")}. Nothing was repaired.`,
      "Wait for that run, or end it first.",
    );
  const state = await stack.exportState();
  const operations = pendingOperations(state);
  for (const urn of told.keys()) {
    const asked = operations.find(({ type, resource }) => type === "creating" && resource.urn === urn);
    if (!asked) throw new UserError(`The stack ${stack.name} has no pending creation of ${urn}.`);
    if (isLookedUp(asked.resource))
      throw new UserError(
        `Whether ${urn} exists is looked up in its cluster.`,
        "Leave it out of --exists and --absent: what is there counts.",
      );
  }
  const candidates = [
    ...resourcesOf(state).filter((each) => !each.delete),
    ...operations.map(({ resource }) => resource),
  ].filter(isHelmRelease);
  if (candidates.length > 0 || operations.some(({ type, resource }) => type === "creating" && isLookedUp(resource)))
    await requireOurCluster(stack, state);
  const objects = new Map<PendingOperation, LiveObject>();
  for (const operation of operations) {
    const object = objectOf(operation.resource);
    if (operation.type === "creating" && isLookedUp(operation.resource) && object)
      objects.set(operation, await lookAtObject(stack.kubectl, object, contextOf(state, operation.resource)));
  }
  const releases = new Map<string, LiveRelease>();
  for (const resource of candidates) {
    const name = helmNameOf(resource);
    if (name && !releases.has(resource.urn))
      releases.set(resource.urn, await lookAtRelease(stack.kubectl, name, contextOf(state, resource)));
  }
  return { stack, state, locks, findings: findings(state, operations, { objects, releases, told }, options) };
}

const isLookedUp = (resource: StateResource) => isKubernetes(resource) && objectOf(resource) !== undefined;

/** So many objects of a state are asked for at most, to know its cluster by. */
const mostWitnesses = 5;

/**
 * A kubeconfig can lead elsewhere, where nothing of a stack exists and all would be forgotten. The cluster is known by the
 * names at random under which objects of the state were applied. What may not be read says nothing.
 */
async function requireOurCluster({ name, kubectl }: RepairedStack, state: StackState): Promise<void> {
  const busy = new Set(pendingOperations(state).map(({ resource }) => resource.urn));
  const rank = ({ type }: StateResource) => (type.endsWith(":Namespace") ? 0 : type.endsWith(":Secret") ? 2 : 1);
  const witnesses = resourcesOf(state)
    .filter((each) => isLookedUp(each) && !each.delete && !busy.has(each.urn) && each.outputs?.__fieldManager)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, mostWitnesses);
  let strange = 0;
  for (const witness of witnesses) {
    const object = objectOf(witness);
    if (!object) continue;
    const live = await lookAtObject(kubectl, object, contextOf(state, witness)).catch((error: unknown) => {
      if (error instanceof UserError) return undefined;
      throw error;
    });
    if (live?.managers.some((manager) => manager === witness.outputs?.__fieldManager)) return;
    if (live) strange++;
  }
  if (strange > 0 && strange === witnesses.length)
    throw new UserError(
      `The cluster that kubectl asks has none of ${strange} objects that the state of ${name} has, among them ${inWords(witnesses[0]!)}. Nothing was repaired.`,
      "Make sure that the kubeconfig's context leads to this stack's cluster. Where it does, `pulumi refresh` first.",
    );
}

/** Does what the plan says: the cluster first, so that a kill in between leaves a plan that still says the same. */
export async function applyRepair(plan: RepairPlan): Promise<void> {
  const { stack, state, locks, findings: found } = plan;
  const repaired = repairedState(state, found);
  requireAnswers(plan, repaired);
  await stack.release(locks);
  if (found.length === 0) return;
  await requireUnchanged(stack, state);
  if (stack.seesEveryRun) await repairCluster(plan);
  await stack.importState(repaired);
  if (!stack.seesEveryRun) await repairCluster(plan);
}

async function repairCluster({ stack, state, findings: found }: RepairPlan): Promise<void> {
  for (const { resource, repair } of found) {
    const context = contextOf(state, resource);
    const helm = helmNameOf(resource);
    const object = objectOf(resource);
    if (repair.kind === "failRecords" && helm) await failRecords(stack.kubectl, helm, repair.records, context);
    if ((repair.kind === "adopt" || repair.kind === "clear") && object)
      for (const manager of repair.strays) await relinquish(stack.kubectl, object, manager, context);
  }
}

/**
 * The engine's import forgets whatever is pending (github.com/pulumi/pulumi/pkg/v3 v3.216.0, cmd/pulumi/stack/io.go,
 * SaveSnapshot), so that of what stays open nobody would know any more.
 */
function requireAnswers(plan: RepairPlan, repaired: StackState): void {
  const open = pendingOperations(repaired).length;
  if (open > 0)
    throw new UserError(
      `Nothing was repaired on ${plan.stack.name}: ${open === 1 ? "one creation stays" : `${open} creations stay`} open, and the engine would forget of what is open when the state is written.`,
      "Settle what `stays as it is` above, as it says there; what cannot be taken in, since what it belongs to is not in the state, delete yourself. Then repair again.",
      planText(plan).split("\n"),
    );
}

/** A run that came meanwhile has written what this one would overwrite. */
async function requireUnchanged(stack: RepairedStack, planned: StackState): Promise<void> {
  const now = await stack.exportState();
  // A journal's pending operations are in no order of their own.
  const what = (state: StackState) =>
    JSON.stringify([
      resourcesOf(state),
      pendingOperations(state)
        .map((each) => JSON.stringify(each))
        .sort(),
    ]);
  if (what(now) !== what(planned))
    throw new UserError(
      `Another run has changed the state of ${stack.name} since it was looked at. Nothing was repaired.`,
      "Wait until no run is under way, then run this command again.",
    );
}

/** The plan as a person reads it. */
export function planText({ stack, locks, findings: found }: RepairPlan): string {
  if (locks.length === 0 && found.length === 0) return `${stack.name}: nothing to repair.`;
  return [
    `${stack.name}:`,
    ...locks.map(
      (lock) => `  - ${describeLock(lock)}: its holder is dead, so nobody will take it away.\n      → releases it.`,
    ),
    ...found.map(describeFinding),
  ].join("\n");
}
