import { availableParallelism } from "node:os";
import type { Release } from "../../components/workload/release";
import { UserError } from "../ui";
import type { Attack } from "./attack";
import type { AttackResult } from "./attacks";
import { attacks, playAttack } from "./attacks";
import type { PlayedStep, PlayResult } from "./play";
import { play } from "./play";
import { genuineScene } from "./scene";
import type { Decisions } from "./stores";
import { World } from "./world";

export interface RehearseArgs {
  /** Path of the OPA program. */
  readonly opa: string;
  /** Releases that the key broker serves. */
  readonly releases: readonly Release[];
  readonly decisions: Decisions;
  /** Names of the releases to play; default: all. */
  readonly only?: readonly string[];
  /** Attacks to play beside the good case. */
  readonly attacks: readonly Attack[];
  readonly now: Date;
  readonly watcher?: RehearsalWatcher;
}

/** Told of everything as it happens. */
export interface RehearsalWatcher {
  started?(release: Release): void;
  step?(step: PlayedStep): void;
  finished?(result: PlayResult): void;
  attacked?(result: AttackResult): void;
}

export interface ReleaseRehearsal {
  readonly release: string;
  readonly resource: string;
  readonly good: PlayResult;
  readonly attacks: readonly AttackResult[];
}

/** Plays the good case of each release, and attacks on it, against the decisions of a key broker. */
export async function rehearseAttestation(args: RehearseArgs): Promise<ReleaseRehearsal[]> {
  const { opa, releases, decisions, only = releases.map(({ name }) => name), now, watcher = {} } = args;
  const chosen = only.map((name) => {
    const release = releases.find((each) => each.name === name);
    if (release) return release;
    const known = releases.map((each) => each.name).join(", ");
    throw new UserError(`There is no release ${name}.`, `Write one of ${known}.`);
  });
  const world = await World.create(opa, releases, decisions);
  try {
    const results: ReleaseRehearsal[] = [];
    for (const release of chosen) {
      watcher.started?.(release);
      const scene = genuineScene(world, release, now);
      const good = await play(world, scene, watcher.step);
      watcher.finished?.(good);
      const played = await inTurn(
        args.attacks,
        async (attack) => playAttack(world, release, attack, now),
        (result) => watcher.attacked?.(result),
      );
      results.push({ release: release.name, resource: scene.path, good, attacks: played });
    }
    return results;
  } finally {
    world.remove();
  }
}

/** The good case got its resource, and every attack was refused by the check that is meant against it. */
export function isSound({ good, attacks: played }: ReleaseRehearsal): boolean {
  return good.refusal === undefined && played.every(({ outcome }) => outcome === "refused" || outcome === "notPlayed");
}

export function attackNamed(name: string): Attack {
  const attack = attacks.find((each) => each.name === name);
  if (attack) return attack;
  throw new UserError(`There is no attack ${name}.`, `Write one of ${attacks.map((each) => each.name).join(", ")}.`);
}

/** Some at a time, since each starts programs; told of in their order. */
async function inTurn<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  tell: (result: R) => void,
): Promise<R[]> {
  const results: R[] = [];
  const width = Math.max(1, availableParallelism());
  for (let at = 0; at < items.length; at += width) {
    const group = await Promise.all(items.slice(at, at + width).map(work));
    group.forEach(tell);
    results.push(...group);
  }
  return results;
}
