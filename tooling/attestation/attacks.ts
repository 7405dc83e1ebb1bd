import type { Release } from "../../components/workload/release";
import type { Attack } from "./attack";
import { deviceAttacks } from "./deviceAttacks";
import { guestAttacks } from "./guestAttacks";
import { messageAttacks } from "./messageAttacks";
import { play } from "./play";
import type { StepName } from "./refusal";
import { genuineScene } from "./scene";
import type { World } from "./world";

/** Every attack that is played, by name. */
export const attacks: readonly Attack[] = [...messageAttacks, ...guestAttacks, ...deviceAttacks];

export interface AttackResult {
  readonly attack: string;
  readonly what: string;
  /**
   * `refused`: where it had to be. `elsewhere`: refused, but not by the check that is meant against it. `succeeded`: the
   * resource was given away. `notPlayed`: it makes no sense for this release; the reason says why.
   */
  readonly outcome: "refused" | "elsewhere" | "succeeded" | "notPlayed";
  readonly step?: StepName;
  readonly reason: string;
  /** What the attestation service found, where it judged the guest and the policy refused it. */
  readonly appraisal?: string;
}

/** Plays one attack on a release. */
export async function playAttack(world: World, release: Release, attack: Attack, now: Date): Promise<AttackResult> {
  const { name, what, failsAt, change } = attack;
  const scene = await change({ world, release, scene: genuineScene(world, release, now) });
  if (typeof scene === "string") return { attack: name, what, outcome: "notPlayed", reason: scene };
  const { steps, refusal } = await play(world, scene);
  if (!refusal) return { attack: name, what, outcome: "succeeded", reason: "the resource was given away" };
  const appraisal = steps.find(({ step }) => step === "appraisal")?.text;
  return {
    attack: name,
    what,
    outcome: refusal.step === failsAt ? "refused" : "elsewhere",
    step: refusal.step,
    reason: refusal.reason,
    ...(refusal.step === "policy" && appraisal && !appraisal.startsWith("affirming") && { appraisal }),
  };
}
