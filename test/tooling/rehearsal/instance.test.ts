import { describe, expect, it } from "vitest";
import { everyStack, stacksOf } from "../../../tooling/rehearsal/instance";
import { InstancePaths } from "../../../tooling/rehearsal/paths";
import { sampleFactory } from "../../support/factory";

const stacksWith = (workloadShards: number) =>
  everyStack(stacksOf(new InstancePaths("default"), { ...sampleFactory(), workloadShards }));

describe("the stacks of a rehearsal", () => {
  it("are the owner's, and of each provider one for its hosts and one for its workloads", () => {
    const { parties, providers } = sampleFactory();
    expect(stacksWith(1).map(({ place }) => place.stackName)).toEqual([
      `${parties.modelOwner}-trust`,
      ...providers.flatMap(({ name }) => [`${name}-infrastructure`, `${name}-workloads`]),
    ]);
    expect(stacksWith(1).every(({ shard }) => shard === undefined)).toBe(true);
  });

  it("are all shards of the workloads, each with a folder of its own", () => {
    const { providers } = sampleFactory();
    const all = stacksWith(3);
    for (const { name } of providers)
      expect(
        all
          .filter(({ party, role }) => party === name && role === "workloads")
          .map(({ place, shard }) => [place.stackName, shard]),
      ).toEqual([1, 2, 3].map((number) => [`${name}-workloads-${number}`, { number, of: 3 }]));
    expect(new Set(all.map(({ place }) => place.directory)).size).toBe(all.length);
  });
});
