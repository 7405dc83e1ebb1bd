import { describe, expect, it } from "vitest";
import { hostsFor, largeFactory, withChange } from "../../../bench/scale/factory";
import { parseAs } from "../../../stacks/config/load";

describe("a large factory", () => {
  it("is a description that a rehearsal could run, with room for every workload", () => {
    for (const workloads of [1, 10, 100, 5000]) {
      const factory = parseAs("rehearsal", largeFactory({ workloads, hosts: hostsFor(workloads) }));
      const gpus = factory.providers[0]?.hosts.reduce((sum, { gpu }) => sum + gpu.count, 0);
      expect(factory.models).toHaveLength(workloads);
      expect(gpus).toBeGreaterThanOrEqual(workloads);
    }
  });

  it("has models that nobody waits for, where that is asked for", () => {
    const waits = (unawaited: boolean) =>
      new Set(
        parseAs("rehearsal", largeFactory({ workloads: 3, hosts: 2, unawaited })).models.map(
          ({ awaitReadiness }) => awaitReadiness,
        ),
      );
    expect([waits(false), waits(true)]).toEqual([new Set([true]), new Set([false])]);
  });

  it("has at most a thousand hosts, and refuses what they could not hold", () => {
    expect(hostsFor(8000)).toBe(1000);
    expect(() => hostsFor(8001)).toThrow("1000 hosts");
  });

  it("begins with the smaller one, no two models alike", () => {
    const models = (workloads: number) =>
      largeFactory({ workloads, hosts: 2 }).models as { name: string; image: string }[];
    expect(models(100).slice(0, 10)).toEqual(models(10));
    expect(new Set(models(100).map(({ image }) => image)).size).toBe(100);
  });

  it("changes in one model alone", () => {
    const before = largeFactory({ workloads: 10, hosts: 2 });
    const after = withChange(before);
    const [first, ...others] = after.models as unknown[];
    expect(others).toEqual((before.models as unknown[]).slice(1));
    expect(first).not.toEqual((before.models as unknown[])[0]);
    expect({ ...after, models: [] }).toEqual({ ...before, models: [] });
  });
});
