import { canonicalJson, sha256 } from "../../components/names";
import { guestIdentity } from "../../components/workload/guestIdentity";
import type { Release } from "../../components/workload/release";
import { attacks, playAttack } from "../attestation/attacks";
import { play } from "../attestation/play";
import { genuineScene } from "../attestation/scene";
import type { Decisions } from "../attestation/stores";
import { World } from "../attestation/world";
import type { Given } from "./progress";

/** What somebody tries while two releases are in force; each has to fail with either. */
const tried = ["other-firmware", "other-init-data", "debug-guest", "old-tcb", "other-tenant"] as const;

/** A guest and what it is to be given. */
export interface Claim {
  /** Of whom, for a message: `a guest of the next release of llama-8b`. */
  readonly who: string;
  readonly guest: Release;
  readonly given: Given;
}

/**
 * Holds guests against what a key broker decides by, with OPA and SIMULATED evidence. The question is always what policies
 * would decide, never whether a guest is genuine: the evidence is made here, under roots that are made here and known to
 * nobody else, and is sent nowhere; that of real guests does not come here. So this serves against a real cluster, too. An answer depends on the two alone,
 * so each question is asked once.
 */
export class Judge {
  private readonly worlds = new Map<string, Promise<World>>();
  private readonly answers = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly opa: string,
    /** Every release that any guest is of: who is another's tenant is found among them. */
    private readonly releases: readonly Release[],
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** What does not hold of the claims, as sentences. */
  async violations(decisions: Decisions, claims: readonly Claim[]): Promise<string[]> {
    const found: string[] = [];
    for (const { who, guest, given } of claims) {
      if (given === "either") continue;
      for (const path of guest.resources) {
        const refusal = await this.refusal(decisions, guest, path);
        if (given === "key" && refusal !== undefined) found.push(`${who} would not get ${path}: ${refusal}`);
        if (given === "nothing" && refusal === undefined) found.push(`${who} would get ${path}`);
      }
    }
    return found;
  }

  /** Attacks on a guest that succeed, as sentences. */
  async attacks(decisions: Decisions, who: string, guest: Release): Promise<string[]> {
    const found: string[] = [];
    for (const name of tried) {
      const reason = await this.once(["attack", name, guestIdentity(guest), decisions], async () => {
        const attack = attacks.find((each) => each.name === name);
        if (!attack) throw new Error(`no attack ${name}`);
        const { outcome } = await playAttack(await this.world(decisions), guest, attack, this.now());
        return outcome === "succeeded" ? `${attack.what}: it would get a key of ${who}` : undefined;
      });
      if (reason !== undefined) found.push(reason);
    }
    return found;
  }

  /** Why a guest is not given a resource; undefined where it is. */
  private refusal(decisions: Decisions, guest: Release, path: string): Promise<string | undefined> {
    return this.once(["guest", guestIdentity(guest), path, decisions], async () => {
      const world = await this.world(decisions);
      const { refusal } = await play(world, { ...genuineScene(world, guest, this.now()), path });
      return refusal && `refused at ${refusal.step}: ${refusal.reason}`;
    });
  }

  async remove(): Promise<void> {
    // One that could not be made has said so already.
    for (const world of this.worlds.values()) (await world.catch(() => undefined))?.remove();
    this.worlds.clear();
  }

  private world(decisions: Decisions): Promise<World> {
    return cached(this.worlds, digestOf(decisions), () => World.create(this.opa, this.releases, decisions));
  }

  private once(question: readonly unknown[], ask: () => Promise<string | undefined>): Promise<string | undefined> {
    return cached(this.answers, digestOf(question), ask);
  }
}

function cached<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

function digestOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
