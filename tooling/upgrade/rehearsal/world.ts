import { setTimeout as wait } from "node:timers/promises";
import { resourceSecretKey } from "../../../components/attestation/trusteeLayout";
import { guestIdentity } from "../../../components/workload/guestIdentity";
import type { SignerPolicy } from "../../../components/workload/release/signers";
import type { TrustConfig } from "../../../stacks/config/factory";
import type { Decisions } from "../../attestation/stores";
import type { KubeApi } from "../../controlplane/api";
import { issueReleases } from "../../rehearsal/ownerReleases";
import type { SigningKeys } from "../../rehearsal/signingKeys";
import { UserError } from "../../ui";
import type { Claim, Judge } from "../judge";
import type { ReleasePair, Side, UpgradePlan } from "../plan";
import { bootsOtherwise, rolling } from "../plan";
import type { GivenTo, Progress } from "../progress";
import { begin, begunForward, givenDuring, givenNow } from "../progress";
import type { Moment, World } from "../run";
import type { Step } from "../steps";
import type { Factories } from "./factories";
import type { GuestPod } from "../guests";
import { bootedBy, bootedNow, guestOf, guestPods, hostsHistory, modelOf, placedAs } from "../guests";
import type { KeyBrokers } from "../keyBrokers";
import type { Parties, Situation } from "./parties";

export interface RehearsalWorldArgs {
  readonly plan: UpgradePlan;
  readonly factories: Factories;
  readonly configs: Readonly<Record<Side, TrustConfig>>;
  readonly pairs: readonly ReleasePair[];
  readonly parties: Parties;
  readonly keyBrokers: KeyBrokers;
  /** API servers by provider. */
  readonly clusters: Readonly<Record<string, KubeApi>>;
  readonly keys: SigningKeys;
  readonly signers: SignerPolicy;
  readonly judge: Judge;
  readonly signal: AbortSignal;
}

/** How often the key broker's and the workloads' pods are looked at while something rolls. */
const lookEveryMilliseconds = 500;
/** How long replicas may take until they are what was asked for. */
const settleMilliseconds = 180_000;
/** A rollover that ends sooner ends under somebody's hands. */
const leastMinutes = 10;

/** A rehearsed factory during an upgrade: every party plays, each by its own stacks. */
export class RehearsalWorld implements World<Step> {
  constructor(private readonly args: RehearsalWorldArgs) {}

  async perform(step: Step, progress: Progress, show: (line: string) => void): Promise<string> {
    const { parties, configs, keys, factories } = this.args;
    const provider = step.provider ?? "";
    const onTheWay = step.towards === "next";
    switch (step.kind) {
      case "release": {
        const issued = await issueReleases(configs[step.towards], keys, new Date());
        return issued.length > 0 ? issued.join(", ") : "issued already";
      }
      case "admit":
        return this.settled(
          await parties.trust(this.situation(step, this.overlaps(step, progress)), show, onTheWay),
          show,
        );
      case "retire":
        return this.settled(await parties.trust(this.situation(step, false), show, false), show);
      case "hosts":
        return parties.infrastructure(provider, this.situation(step, true), show, onTheWay);
      case "tidy":
        return parties.infrastructure(provider, this.situation(step, false), show, false);
      case "handover":
        return parties.handOver(provider, factories[step.towards]);
      case "workloads":
        return parties.workloads(provider, this.situation(step, true), show, false);
      case "prove":
        return this.proven(step, progress, show);
    }
  }

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
    for (const decisions of combinations) {
      found.push(...(await judge.violations(decisions, claims)));
      if (moment.when === "after" && (moment.step.kind === "admit" || moment.step.kind === "retire"))
        found.push(...(await this.attacks(decisions, given)));
    }
    return [...new Set(found)];
  }

  watch(moment: Moment<Step>): { readonly stop: () => Promise<string[]> } {
    const { judge, keyBrokers } = this.args;
    const given = givenDuring(moment.progress, moment.step);
    const begun = begin(moment.progress, moment.step, new Date().toISOString());
    const end = new AbortController();
    const seen = new Map<string, { readonly decisions: Decisions[]; readonly claims: Claim[] }>();
    const look = async () => {
      const [decisions, claims] = await Promise.all([keyBrokers.serving(), this.claims(given, begun)]);
      seen.set(JSON.stringify([decisions, claims.map(({ who, guest }) => [who, guestIdentity(guest)])]), {
        decisions,
        claims,
      });
    };
    const looking = (async () => {
      while (!end.signal.aborted) {
        // What cannot be seen now is looked for again; what was seen is judged when the step is done.
        await look().catch(() => undefined);
        await wait(lookEveryMilliseconds, undefined, { signal: end.signal }).catch(() => undefined);
      }
    })();
    return {
      stop: async () => {
        end.abort();
        await looking;
        const found: string[] = [];
        for (const { decisions, claims } of seen.values())
          for (const each of decisions) found.push(...(await judge.violations(each, claims)));
        return [...new Set(found)];
      },
    };
  }

  /** What each side's guests, and each pod that is there, have to be given. */
  private async claims(given: GivenTo, progress: Progress): Promise<Claim[]> {
    const { plan, pairs, clusters, signal } = this.args;
    const claims: Claim[] = [];
    for (const { name, formerOpensNext, nextOpensFormer } of plan.models) {
      const pair = this.pair(name);
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
          found.push(...(await judge.attacks(decisions, `the ${side} release of ${name}`, this.pair(name)[side])));
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
      : [`guests of the former releases get keys until ${until} only, which is ${minutes < 0 ? "past" : "at once"}`];
  }

  private situation(step: Step, overlap: boolean): Situation {
    const { factories, pairs, plan, parties, signers } = this.args;
    const other: Side = step.towards === "next" ? "former" : "next";
    const both = overlap
      ? rolling(plan).filter(({ name }) => parties.follows(name, guestIdentity(this.pair(name)[other])))
      : [];
    const images = (provider: string) =>
      pairs
        .filter((pair) => pair.providers.includes(provider))
        .flatMap(({ former, next }) => [former.image.digest, next.image.digest]);
    return {
      factory: factories[step.towards],
      signers,
      formerUntil: Object.fromEntries(both.map(({ name }) => [name, plan.until])),
      formerKeys: both.flatMap(({ name }) => this.pair(name)[other].resources),
      ...(overlap && { formerImages: Object.fromEntries(plan.providers.map(({ name }) => [name, images(name)])) }),
    };
  }

  /** On the way back, the next releases stay beside what was before only where they were ever let in. */
  private overlaps(step: Step, progress: Progress): boolean {
    return step.towards === "next" || begunForward(progress).includes("admit");
  }

  private async settled(said: string, show: (line: string) => void): Promise<string> {
    await this.until(() => this.args.keyBrokers.unsettled(this.args.signal), show);
    return said;
  }

  private async proven(
    { provider = "", towards }: Step,
    progress: Progress,
    show: (line: string) => void,
  ): Promise<string> {
    let count = 0;
    await this.until(async () => {
      const pods = await guestPods(this.cluster(provider), this.args.plan.owner, this.args.signal);
      count = pods.length;
      return [
        ...pods.flatMap((pod) => this.unproven(pod, provider, towards, progress)),
        ...this.missing(pods, provider),
      ];
    }, show);
    return `${count} pods, SIMULATED evidence`;
  }

  private unproven(pod: GuestPod, provider: string, towards: Side, progress: Progress): string[] {
    const { metadata, status } = pod;
    const model = modelOf(pod);
    const pair = this.args.pairs.find(({ next }) => next.name === model);
    if (!pair) return [];
    // One that finds no host has started nothing: it has nothing to prove, and is of the right release once it does.
    const waits = !(this.args.factories[towards].models.find(({ name }) => name === model)?.awaitReadiness ?? true);
    const running = status?.phase === "Running" ? [] : waits ? [] : [`${metadata.name} does not run yet`];
    const same = guestIdentity(pair.former) === guestIdentity(pair.next);
    if (!same && placedAs(pod, pair) !== towards)
      return [...running, `${metadata.name} is still placed as the other release`];
    const others = bootedBy(pod, hostsHistory(provider, progress)).some((side) => side !== towards);
    return others && bootsOtherwise(pair.former, pair.next)
      ? [...running, `${metadata.name} may have been booted by hosts as they are no longer`]
      : running;
  }

  private missing(pods: readonly GuestPod[], provider: string): string[] {
    return this.args.factories.next.models
      .filter(({ providers, awaitReadiness }) => providers.includes(provider) && awaitReadiness)
      .flatMap(({ name, replicas }) => {
        const there = pods.filter((pod) => modelOf(pod) === name).length;
        return there === replicas ? [] : [`${name} has ${there} of ${replicas} replicas`];
      });
  }

  private async until(look: () => Promise<readonly string[]>, show: (line: string) => void): Promise<void> {
    const end = Date.now() + settleMilliseconds;
    for (;;) {
      const left = await look();
      if (left.length === 0) return;
      if (Date.now() > end)
        throw new UserError("It did not come to rest:", "Look at what it names, then `resume`, or `rollback`.", left);
      show(left[0] ?? "");
      await wait(lookEveryMilliseconds, undefined, { signal: this.args.signal });
    }
  }

  private pair(name: string): ReleasePair {
    const found = this.args.pairs.find(({ next }) => next.name === name);
    if (!found) throw new Error(`no releases of ${name}`);
    return found;
  }

  private cluster(provider: string): KubeApi {
    const api = this.args.clusters[provider];
    if (!api) throw new Error(`no cluster of ${provider}`);
    return api;
  }
}
