import { join } from "node:path";
import type { DerivedStacks, Handover } from "../../stacks/rehearsal";
import type { Toolchain } from "../toolchain/ensure";
import { checkout } from "../toolchain/ensure";
import { UserError } from "../ui";
import type { ReleaseOutput } from "./handover";
import type { RehearsalStack } from "./instance";
import type { OwnerKeys } from "./ownerKeys";
import type { StackOutcome, StackSettings } from "./stackRunner";

/** The pack that every rehearsal is held to. */
export const policyPack = join(checkout, "policies", "packs", "baseline");

/** How stacks of one rehearsal are run. */
export interface DeployContext {
  readonly toolchain: Toolchain;
  readonly derived: DerivedStacks;
  readonly ownerKeys: OwnerKeys;
}

/** The settings and secrets of a stack: what its party would have in its own checkout. */
export function stackSettings(context: DeployContext, stack: RehearsalStack, handover?: Handover): StackSettings {
  const { toolchain, derived, ownerKeys } = context;
  return {
    place: stack.place,
    engine: { pulumiRoot: toolchain.pulumiRoot, binDir: toolchain.binDir },
    config: settingsOf(derived, stack, handover),
    // Secrets of the model owner are in the model owner's stack and in no other.
    ...(stack.role === "trust" ? { secrets: { trustSecrets: ownerKeys.secrets } } : {}),
    policyPacks: [policyPack],
  };
}

function settingsOf(derived: DerivedStacks, { role, party, shard }: RehearsalStack, handover: Handover | undefined) {
  if (role === "trust") return derived.trust;
  const own = derived.providers[party];
  if (!own) throw new Error(`no provider ${party}`);
  if (role === "infrastructure") return own.infrastructure;
  if (!handover) throw new Error(`nothing was handed over to ${party}`);
  return own.workloads(handover, shard);
}

/** The releases that the model owner's stack put out. */
export function releasesOf({ stackName, outputs }: StackOutcome): Readonly<Record<string, ReleaseOutput>> {
  const { releases } = outputs;
  if (typeof releases !== "object" || releases === null)
    throw new UserError(`The stack ${stackName} put out no releases.`);
  return releases as Readonly<Record<string, ReleaseOutput>>;
}
