import type { FirmwarePlan } from "../../components/host/firmware/plan";
import { findAttribute } from "../../components/host/firmware/resolve";
import type { JournalContent, Values } from "./journal";
import { printable } from "./address";
import { FirmwareError } from "./target";
import type { FirmwareTarget, MachineIdentity, RegisteredAttribute } from "./target";

/** A machine as it is at one moment. */
export interface Snapshot {
  readonly registry: readonly RegisteredAttribute[];
  readonly current: Values;
  readonly pending: Values;
}

export async function readSnapshot(target: FirmwareTarget, signal?: AbortSignal): Promise<Snapshot> {
  const registry = await target.registry(signal);
  const current = await target.current(signal);
  // Last, since a change is decided by it and refused where it no longer holds.
  const pending = await target.pending(signal);
  return { registry, current, pending };
}

/** One-time actions that are over, by the journal. */
export function onceDone({ once }: JournalContent): ReadonlySet<string> {
  return new Set(Object.entries(once).flatMap(([id, { state }]) => (state === "done" ? [id] : [])));
}

/** Refuses a machine that the plan is not for, by what it says of itself. */
export function requireFit(plan: FirmwarePlan, identity: MachineIdentity, manufacturers: readonly string[] = []): void {
  const vendor = plan.tee === "snp" ? "amd" : "intel";
  const tee = plan.tee === "snp" ? "SEV-SNP" : "TDX";
  if (identity.cpuVendor !== vendor)
    throw new FirmwareError(
      `${plan.host}: the plan is for ${tee}, and the machine ${identity.serial} (${identity.model}) has processors of ${identity.cpuVendor === "amd" ? "AMD" : "Intel"}.`,
      "Correct the host's cpu, or its management address.",
    );
  const made = identity.manufacturer.toLowerCase();
  if (manufacturers.length > 0 && !manufacturers.some((name) => made.includes(name.toLowerCase())))
    throw new FirmwareError(
      `${plan.host}: the plan is for machines of ${manufacturers.join(" or ")}, and ${identity.serial} is one of ${identity.manufacturer}.`,
      "Correct the vendor, or the management address.",
    );
}

/** Names on this machine of everything that the plan speaks of. */
export function namesInPlan(plan: FirmwarePlan, registry: readonly RegisteredAttribute[]): ReadonlySet<string> {
  const settings = plan.stages.flatMap(({ settings: ofStage }) => ofStage);
  return new Set(settings.flatMap((setting) => findAttribute(setting, registry).map(({ name }) => name)));
}

export const same = (one: unknown, other: unknown): boolean => String(one) === String(other);

export function shown(values: Values): string {
  return Object.entries(values)
    .map(([name, value]) => `${printable(name, 80)}=${printable(String(value), 80)}`)
    .join(", ");
}
