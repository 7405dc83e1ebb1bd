import { guestIdentity } from "../../components/workload/guestIdentity";
import type { Release } from "../../components/workload/release";
import { explainDifference } from "../../components/workload/release/diff";
import { releaseDigest } from "../../components/workload/release/document";
import type { Step } from "./steps";
import { causesOf } from "./causes";
import type { Cause } from "./causes";
import { opens } from "./opens";

/** What an upgrade is about: guests of the releases in force, and those of the releases to come. */
export type Side = "former" | "next";

/** One model's way from the release in force to the next. */
export interface ModelChange {
  readonly name: string;
  /** Digest of the release in force, and its number. */
  readonly formerDigest: string;
  readonly formerSequence: number;
  readonly causes: readonly Cause[];
  /** What differs, for people. */
  readonly words: readonly string[];
  /** Whether its guests are others: only then does anything roll. */
  readonly rolls: boolean;
  /** Whether what is installed on hosts decides which of the two boots. */
  readonly bootedByHosts: boolean;
  /** Whether guests of the former release satisfy the next one's block, too, and the other way round. */
  readonly formerOpensNext: boolean;
  readonly nextOpensFormer: boolean;
  readonly providers: readonly string[];
}

/** Everything that is decided before anything is done. No secret is in it; it can be handed to the other parties. */
export interface UpgradePlan {
  readonly formatVersion: 1;
  readonly kind: "upgrade";
  /** In words, for a screen: where from and where to. */
  readonly title: string;
  readonly owner: string;
  /** Until when guests of the former releases get keys, whatever happens to this upgrade. */
  readonly until: string;
  readonly models: readonly ModelChange[];
  /** Of each provider that anything changes for, in the order in which they are done. */
  readonly providers: readonly ProviderChange[];
  /** What changes in the key broker itself. */
  readonly keyBroker: readonly string[];
}

export interface ProviderChange {
  readonly name: string;
  /** What is installed on hosts or accepted beside what was; empty: nothing. */
  readonly hosts: readonly string[];
  /** What is taken away once the former releases are retired; empty: nothing. */
  readonly tidy: readonly string[];
  /** How each model is replaced there. */
  readonly rollouts: readonly string[];
}

export interface ReleasePair {
  readonly former: Release;
  /** With the former one's number and validity: compared is what they say otherwise. */
  readonly next: Release;
  readonly providers: readonly string[];
}

/** The releases of a model. */
export function pairOf(pairs: readonly ReleasePair[], name: string): ReleasePair {
  const found = pairs.find(({ next }) => next.name === name);
  if (!found) throw new Error(`no releases of ${name}`);
  return found;
}

/** The changes of all models that change at all; throws nothing, refusals are sentences. */
export function modelChanges(pairs: readonly ReleasePair[]): ModelChange[] {
  return pairs
    .filter(({ former, next }) => releaseDigest(former) !== releaseDigest(next))
    .map(({ former, next, providers }) => ({
      name: former.name,
      formerDigest: releaseDigest(former),
      formerSequence: former.history.sequence,
      causes: causesOf(former, next),
      words: explainDifference(former, next),
      rolls: guestIdentity(former) !== guestIdentity(next),
      bootedByHosts: bootsOtherwise(former, next),
      formerOpensNext: opens(former, next),
      nextOpensFormer: opens(next, former),
      providers: [...providers].sort(),
    }));
}

/** Whether hosts have to have another guest image or Kata for it. */
export function bootsOtherwise(former: Release, next: Release): boolean {
  return (
    former.guestImage?.digest !== next.guestImage?.digest || former.guestImage?.profile !== next.guestImage?.profile
  );
}

/**
 * Why this cannot be one upgrade, as sentences; empty where it can.
 *
 * Between the hosts' change and the roll of the workloads, a guest of before may start again: of the pod that was placed,
 * by what hosts have by then. Only where nothing but what boots differs is that the next release's guest; with anything
 * else changed at once it would be neither, and get no key.
 */
export function planProblems(pairs: readonly ReleasePair[], changesOfHosts: boolean): string[] {
  return pairs.flatMap(({ former, next }) => {
    if (former.name !== next.name || former.tee !== next.tee || former.runtimeClassName !== next.runtimeClassName)
      return [`${former.name}: changes its TEE or runtime class; release it as another model beside this one`];
    if (!bootsOtherwise(former, next)) return [];
    const also = [
      ...(former.initData.digest === next.initData.digest ? [] : ["its init-data"]),
      ...(former.shape.vcpus === next.shape.vcpus ? [] : ["its number of vCPUs"]),
      ...(JSON.stringify(former.resources) === JSON.stringify(next.resources) ? [] : ["its keys"]),
    ];
    if (also.length > 0)
      return [
        `${former.name}: what boots changes together with ${also.join(" and ")}, so that a guest that starts again in between would be of neither release; make it two upgrades, what boots first`,
      ];
    return changesOfHosts
      ? []
      : [
          `${former.name}: another guest image boots, but nothing of the hosts changes; name the set of versions that has it`,
        ];
  });
}

/** Models with guests of two kinds meanwhile. */
export function rolling({ models }: Pick<UpgradePlan, "models">): ModelChange[] {
  return models.filter(({ rolls }) => rolls);
}

export type { Step };
