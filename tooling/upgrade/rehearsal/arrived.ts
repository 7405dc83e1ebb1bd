import { guestIdentity } from "../../../components/workload/guestIdentity";
import type { Model } from "../../../stacks/config/models";
import type { GuestPod } from "../guests";
import { bootedBy, hostsHistory, modelOf, placedAs } from "../guests";
import type { ReleasePair, Side } from "../plan";
import { bootsOtherwise } from "../plan";
import type { Progress } from "../progress";

export interface ArrivalArgs {
  readonly provider: string;
  /** The provider's confidential pods. */
  readonly pods: readonly GuestPod[];
  readonly pairs: readonly ReleasePair[];
  /** What is declared on the side that they are to be of. */
  readonly models: readonly Pick<Model, "name" | "providers" | "replicas" | "awaitReadiness">[];
  readonly towards: Side;
  readonly progress: Progress;
}

/** Why not every replica at a provider is a guest of the side that it is to be of, as sentences; empty where each is. */
export function notArrived(args: ArrivalArgs): string[] {
  return [...args.pods.flatMap((pod) => unproven(pod, args)), ...missing(args)];
}

function unproven(pod: GuestPod, { provider, pairs, models, towards, progress }: ArrivalArgs): string[] {
  const { metadata, status } = pod;
  const model = modelOf(pod);
  const pair = pairs.find(({ next }) => next.name === model);
  if (!pair) return [];
  // One that finds no host has started nothing: it has nothing to prove, and is of the right release once it does.
  const waits = !(models.find(({ name }) => name === model)?.awaitReadiness ?? true);
  const running = status?.phase === "Running" ? [] : waits ? [] : [`${metadata.name} does not run yet`];
  const same = guestIdentity(pair.former) === guestIdentity(pair.next);
  if (!same && placedAs(pod, pair) !== towards)
    return [...running, `${metadata.name} is still placed as the other release`];
  const others = bootedBy(pod, hostsHistory(provider, progress)).some((side) => side !== towards);
  return others && bootsOtherwise(pair.former, pair.next)
    ? [
        ...running,
        `${metadata.name} may have been booted by hosts as they are no longer; delete it, so that it starts anew`,
      ]
    : running;
}

function missing({ provider, pods, models }: ArrivalArgs): string[] {
  return models
    .filter(({ providers, awaitReadiness }) => providers.includes(provider) && awaitReadiness)
    .flatMap(({ name, replicas }) => {
      const there = pods.filter((pod) => modelOf(pod) === name).length;
      return there === replicas ? [] : [`${name} has ${there} of ${replicas} replicas`];
    });
}
