import { UserError } from "../ui";
import type { Finding, Told } from "./decide";
import { findings } from "./decide";
import type { Kubectl, LiveObject, LiveRelease } from "./live";
import { failRecords, lookAtObject, lookAtRelease, relinquish } from "./live";
import type { Lock } from "./locks";
import { describeLock } from "./locks";
import { repairedState } from "./rewrite";
import type { PendingOperation, StackState } from "./state";
import { contextOf, helmNameOf, isHelmRelease, isKubernetes, objectOf, pendingOperations, resourcesOf } from "./state";
import { describeFinding } from "./words";

/** A stack that may have to be repaired: how its state is reached, and its cluster. */
export interface RepairedStack {
  readonly name: string;
  readonly exportState: () => Promise<StackState>;
  readonly importState: (state: StackState) => Promise<void>;
  readonly locks: () => Promise<readonly Lock[]>;
  /** Releases locks whose holder is dead. */
  readonly release: (locks: readonly Lock[]) => Promise<void>;
  readonly kubectl: Kubectl;
}

export interface RepairPlan {
  readonly stack: RepairedStack;
  readonly state: StackState;
  readonly locks: readonly Lock[];
  readonly findings: readonly Finding[];
}

export const nothingToRepair = (plan: RepairPlan) => plan.locks.length === 0 && plan.findings.length === 0;

/** Looks at locks, state and cluster; changes nothing. Refuses where a lock's holder lives. */
export async function planRepair(
  stack: RepairedStack,
  told: ReadonlyMap<string, Told> = new Map(),
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
  const unknown = [...told.keys()].find((urn) => !operations.some(({ resource }) => resource.urn === urn));
  if (unknown) throw new UserError(`The stack ${stack.name} has no pending creation of ${unknown}.`);
  const objects = new Map<PendingOperation, LiveObject>();
  for (const operation of operations) {
    const object = objectOf(operation.resource);
    if (operation.type === "creating" && isKubernetes(operation.resource) && object)
      objects.set(operation, await lookAtObject(stack.kubectl, object, contextOf(state, operation.resource)));
  }
  const releases = new Map<string, LiveRelease>();
  const candidates = [
    ...resourcesOf(state).filter((each) => !each.delete),
    ...operations.map(({ resource }) => resource),
  ];
  for (const resource of candidates.filter(isHelmRelease)) {
    const name = helmNameOf(resource);
    if (name && !releases.has(resource.urn))
      releases.set(resource.urn, await lookAtRelease(stack.kubectl, name, contextOf(state, resource)));
  }
  return { stack, state, locks, findings: findings(state, operations, { objects, releases, told }) };
}

/** Does what the plan says: the cluster first, so that a kill in between leaves a plan that still says the same. */
export async function applyRepair({ stack, state, locks, findings: found }: RepairPlan): Promise<void> {
  await stack.release(locks);
  for (const { resource, repair } of found) {
    const context = contextOf(state, resource);
    const helm = helmNameOf(resource);
    const object = objectOf(resource);
    if (repair.kind === "failRecords" && helm) await failRecords(stack.kubectl, helm, repair.records, context);
    if ((repair.kind === "adopt" || repair.kind === "clear") && object)
      for (const manager of repair.strays) await relinquish(stack.kubectl, object, manager, context);
  }
  if (found.length > 0) await stack.importState(repairedState(state, found));
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
