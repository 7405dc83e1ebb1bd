import { setTimeout as wait } from "node:timers/promises";
import { resourceSecretKey } from "../../../components/attestation/trusteeLayout";
import { guestIdentity } from "../../../components/workload/guestIdentity";
import type { Decisions } from "../../attestation/stores";
import type { KubeApi } from "../../controlplane/api";
import { bootedBy, bootedNow, guestOf, guestPods, hostsHistory, modelOf, placedAs } from "../guests";
import { UserError } from "../../ui";
import type { Claim, Judge } from "../judge";
import type { KeyBrokers } from "../keyBrokers";
import type { ReleasePair, UpgradePlan } from "../plan";
import { pairOf, rolling } from "../plan";
import type { GivenTo, Progress } from "../progress";
import { begin, givenDuring, givenNow } from "../progress";
import type { Moment } from "../run";
import type { Step } from "../steps";
import type { Factories } from "./factories";
import { notArrived } from "./arrived";

export interface InvariantsArgs {
  readonly plan: UpgradePlan;
  readonly factories: Factories;
  readonly pairs: readonly ReleasePair[];
  readonly keyBrokers: Pick<KeyBrokers, "serving" | "unsettled" | "heldResources">;
  /** API servers by provider. */
  readonly clusters: Readonly<Record<string, Pick<KubeApi, "list">>>;
  readonly judge: Pick<Judge, "violations" | "attacks">;
  readonly signal: AbortSignal;
}

/** How often the key broker's and the workloads' pods are looked at while something rolls. */
const lookEveryMilliseconds = 500;
/** A rollover that ends sooner ends under somebody's hands. */
const leastMinutes = 10;

/** What has to hold of a rehearsed factory at each moment of an upgrade: right guests would get their keys, wrong ones not. */
export class Invariants {
  constructor(private readonly args: InvariantsArgs) {}

  /** What does not hold now, as sentences. */
  async violations(moment: Moment<Step>): Promise<string[]> {
    const { judge, keyBrokers, signal } = this.args;
    const given = givenNow(moment.progress);
    const combinations = await keyBrokers.serving(signal);
    const claims = await this.claims(given, moment.progress);
    const found = [
      ...(combinations.length === 0 ? ["no replica of the key broker serves"] : []),
      ...this.tooShort(given),
    ];
    // A step that was cut off is done again: what it left half done is no violation.
    if (moment.progress.underWay === undefined) found.push(...(await keyBrokers.unsettled(signal)));
    if (moment.when === "after") found.push(...(await this.unheld(given)));
    // From there on, guests of the other side are wrong ones: none may be left, whatever was proven earlier.
    if (moment.when === "before" && moment.step.kind === "retire") found.push(...(await this.left(moment)));
    for (const decisions of combinations) {
      found.push(...(await judge.violations(decisions, claims)));
      if (moment.when === "after" && (moment.step.kind === "admit" || moment.step.kind === "retire"))
        found.push(...(await this.attacks(decisions, given)));
    }
    return [...new Set(found)];
  }

  /** Looks on. A glance at a time without a replica that serves counts, too. */
  watch(moment: Moment<Step>): { readonly stop: () => Promise<string[]> } {
    const { judge, keyBrokers } = this.args;
    const given = givenDuring(moment.progress, moment.step);
    const begun = begin(moment.progress, moment.step, new Date().toISOString());
    const end = new AbortController();
    const seen = new Map<string, { readonly decisions: Decisions[]; readonly claims: Claim[] }>();
    const unreadable = new Set<string>();
    const look = async () => {
      const [decisions, claims] = await Promise.all([keyBrokers.serving(), this.claims(given, begun)]);
      seen.set(JSON.stringify([decisions, claims.map(({ who, guest }) => [who, guestIdentity(guest)])]), {
        decisions,
        claims,
      });
    };
    const looking = (async () => {
      while (!end.signal.aborted) {
        // What cannot be seen now is looked for again, but not what would be an open default; what was seen is judged when the step is done.
        await look().catch((error: unknown) => {
          if (error instanceof UserError) unreadable.add(error.message);
        });
        await wait(lookEveryMilliseconds, undefined, { signal: end.signal }).catch(() => undefined);
      }
    })();
    return {
      stop: async () => {
        end.abort();
        await looking;
        const found = [...unreadable];
        // Of a step that nobody saw nothing is known: that is no proof of anything.
        if (seen.size === 0 && found.length === 0)
          await look().catch((error: unknown) => {
            found.push(`the key broker could not be looked at: ${(error as Error).message}`);
          });
        for (const { decisions, claims } of seen.values()) {
          if (decisions.length === 0) found.push("for a while, no replica of the key broker served");
          for (const each of decisions) found.push(...(await judge.violations(each, claims)));
        }
        return [...new Set(found)];
      },
    };
  }

  /** Replicas that are not of the side that the step leaves alone. */
  private async left({ step, progress }: Moment<Step>): Promise<string[]> {
    const { plan, pairs, factories, clusters, signal } = this.args;
    const { towards } = step;
    const found: string[] = [];
    for (const { name: provider } of plan.providers) {
      const api = clusters[provider];
      if (!api) throw new Error(`no cluster of ${provider}`);
      const pods = await guestPods(api, plan.owner, signal);
      found.push(...notArrived({ provider, pods, pairs, models: factories[towards].models, towards, progress }));
    }
    return found;
  }

  /** What each side's guests, and each pod that is there, have to be given. */
  private async claims(given: GivenTo, progress: Progress): Promise<Claim[]> {
    const { plan, pairs, clusters, signal } = this.args;
    const claims: Claim[] = [];
    for (const { name, formerOpensNext, nextOpensFormer } of plan.models) {
      const pair = pairOf(pairs, name);
      const either = {
        former: given.former === "nothing" && formerOpensNext,
        next: given.next === "nothing" && nextOpensFormer,
      };
      for (const side of ["former", "next"] as const)
        claims.push({
          who: `a guest of the ${side} release of ${name}`,
          guest: pair[side],
          given: either[side] ? "either" : given[side],
        });
    }
    for (const [provider, api] of Object.entries(clusters)) {
      const hosts = hostsHistory(provider, progress);
      for (const pod of await guestPods(api, plan.owner, signal)) {
        const pair = pairs.find(({ next }) => next.name === modelOf(pod));
        if (!pair) continue;
        const placed = placedAs(pod, pair);
        if (placed === undefined) continue;
        // As what it may attest now, and as what it would after it starts again.
        for (const booted of new Set([...bootedBy(pod, hosts), ...bootedNow(hosts)]))
          claims.push({ who: `the pod ${pod.metadata.name}`, guest: guestOf(pair, placed, booted), given: "key" });
      }
    }
    return claims;
  }

  private async attacks(decisions: Decisions, given: GivenTo): Promise<string[]> {
    const { plan, judge } = this.args;
    const found: string[] = [];
    for (const { name } of rolling(plan))
      for (const side of ["former", "next"] as const)
        if (given[side] === "key")
          found.push(
            ...(await judge.attacks(decisions, `the ${side} release of ${name}`, pairOf(this.args.pairs, name)[side])),
          );
    return found;
  }

  /** Keys that releases in force name and the key broker has no value of. */
  private async unheld(given: GivenTo): Promise<string[]> {
    const sides = (["former", "next"] as const).filter((side) => given[side] === "key");
    const wanted = this.args.pairs.flatMap((pair) => sides.flatMap((side) => pair[side].resources));
    const held = await this.args.keyBrokers.heldResources(this.args.signal);
    return [...new Set(wanted)]
      .filter((path) => !held.includes(resourceSecretKey(path)))
      .map((path) => `the key broker holds no value of ${path}`);
  }

  private tooShort(given: GivenTo): string[] {
    const { until } = this.args.plan;
    if (given.former === "nothing" || given.next === "nothing") return [];
    const minutes = (Date.parse(until) - Date.now()) / 60_000;
    return minutes >= leastMinutes
      ? []
      : [
          `guests of the former releases get keys until ${until} only, which is ${minutes < 0 ? "past" : "at once"}; write --days behind \`resume\` or \`rollback\``,
        ];
  }
}
