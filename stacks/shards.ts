import * as pulumi from "@pulumi/pulumi";
import { sha256 } from "../components/names";
import { ConfigurationError, location } from "./config/errors";
import type { Shard } from "./config/shard";

/**
 * The shard, from 1, that a release belongs to: the one whose hash together with the release's name is the highest
 * (rendezvous hashing; Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM Transactions on
 * Networking 6(1), 1998). It follows from the name and the number of shards alone, so other releases that come and go move
 * none; one shard more moves the releases that it gets, and no others.
 */
export function shardOf(release: string, of: number): number {
  let best = 1;
  let highest = "";
  for (let shard = 1; shard <= of; shard++) {
    const weight = sha256(`${release}/${shard}`);
    if (weight > highest) [best, highest] = [shard, weight];
  }
  return best;
}

/** The releases of a shard, in their order; all where a stack is not one of several. */
export function releasesOfShard(releases: readonly string[], { number, of }: Shard = { number: 1, of: 1 }): string[] {
  return releases.filter((release) => shardOf(release, of) === number);
}

/**
 * Refuses, before anything is placed, to divide a stack's releases otherwise than when it was made: releases of other shards
 * would be deleted here, with the model away until another stack has them. What a stack was made as is kept in its own state.
 */
export async function keepShard({ number, of }: Shard = { number: 1, of: 1 }): Promise<void> {
  const now = `${number} of ${of}`;
  // A stash keeps the first value that it was given.
  const made = (await promiseOf(new pulumi.Stash("shard", { input: now }).output)) ?? now;
  if (made !== now)
    throw new ConfigurationError([
      `${location(["shard"])}: ${now}, but this stack was made as shard ${String(made)}, and what belongs to other shards now would be deleted; ` +
        'restore the setting, or move the releases as docs/scale.md says under "Changing the number of shards"',
    ]);
}

/** What an output has come to, undefined where a preview cannot tell. The SDK's own, which its typings leave out. */
export function promiseOf<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  return (output as unknown as { promise: () => Promise<T | undefined> }).promise();
}
