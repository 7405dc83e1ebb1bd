import { setTimeout as wait } from "node:timers/promises";
import { guestIdentity } from "../../../components/workload/guestIdentity";
import type { SignerPolicy } from "../../../components/workload/release/signers";
import type { TrustConfig } from "../../../stacks/config/factory";
import type { KubeApi } from "../../controlplane/api";
import { issueReleases } from "../../rehearsal/ownerReleases";
import type { SigningKeys } from "../../rehearsal/signingKeys";
import { UserError } from "../../ui";
import { guestPods } from "../guests";
import type { KeyBrokers } from "../keyBrokers";
import type { Side } from "../plan";
import { pairOf, rolling } from "../plan";
import type { Progress } from "../progress";
import type { Moment, World } from "../run";
import type { Step } from "../steps";
import { notArrived } from "./arrived";
import type { InvariantsArgs } from "./invariants";
import { Invariants } from "./invariants";
import type { Parties, Situation } from "./parties";

export interface RehearsalWorldArgs extends InvariantsArgs {
  readonly configs: Readonly<Record<Side, TrustConfig>>;
  readonly parties: Parties;
  readonly clusters: Readonly<Record<string, KubeApi>>;
  readonly keyBrokers: KeyBrokers;
  readonly keys: SigningKeys;
  readonly signers: SignerPolicy;
}

/** How often the key broker's and the workloads' pods are looked at until they are what was asked for. */
const lookEveryMilliseconds = 500;
/** How long replicas may take until they are what was asked for. */
const settleMilliseconds = 180_000;

/** A rehearsed factory during an upgrade: every party plays, each by its own stacks. */
export class RehearsalWorld implements World<Step> {
  private readonly invariants: Invariants;

  constructor(private readonly args: RehearsalWorldArgs) {
    this.invariants = new Invariants(args);
  }

  violations(moment: Moment<Step>): Promise<string[]> {
    return this.invariants.violations(moment);
  }

  watch(moment: Moment<Step>): { readonly stop: () => Promise<string[]> } {
    return this.invariants.watch(moment);
  }

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
        return this.settled(await parties.trust(this.situation(step, true), show, onTheWay), show);
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

  private situation(step: Step, overlap: boolean): Situation {
    const { factories, pairs, plan, parties, signers } = this.args;
    const other: Side = step.towards === "next" ? "former" : "next";
    const both = overlap
      ? rolling(plan).filter(({ name }) => parties.follows(name, guestIdentity(pairOf(pairs, name)[other])))
      : [];
    const images = (provider: string) =>
      pairs
        .filter((pair) => pair.providers.includes(provider))
        .flatMap(({ former, next }) => [former.image.digest, next.image.digest]);
    return {
      factory: factories[step.towards],
      signers,
      formerUntil: Object.fromEntries(both.map(({ name }) => [name, plan.until])),
      formerKeys: both.flatMap(({ name }) => pairOf(pairs, name)[other].resources),
      ...(overlap && { formerImages: Object.fromEntries(plan.providers.map(({ name }) => [name, images(name)])) }),
    };
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
    const { pairs, factories } = this.args;
    let count = 0;
    await this.until(async () => {
      const pods = await guestPods(this.cluster(provider), this.args.plan.owner, this.args.signal);
      count = pods.length;
      return notArrived({ provider, pods, pairs, models: factories[towards].models, towards, progress });
    }, show);
    return `${count} pods, SIMULATED evidence`;
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

  private cluster(provider: string): KubeApi {
    const api = this.args.clusters[provider];
    if (!api) throw new Error(`no cluster of ${provider}`);
    return api;
  }
}
