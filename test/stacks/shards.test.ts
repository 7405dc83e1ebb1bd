import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../stacks/config/errors";
import { shardSchema } from "../../stacks/config/shard";
import { keepShard, releasesOfShard, shardOf } from "../../stacks/shards";

const names = Array.from({ length: 2000 }, (_, index) => `model-${index}`);
const nameArbitrary = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/);

describe("the shard of a release", () => {
  it("is one of those there are, and the only one that places it", () =>
    fc.assert(
      fc.property(fc.uniqueArray(nameArbitrary, { maxLength: 50 }), fc.integer({ min: 1, max: 20 }), (releases, of) => {
        const shards = Array.from({ length: of }, (_, index) => releasesOfShard(releases, { number: index + 1, of }));
        expect(shards.flat().sort()).toEqual([...releases].sort());
      }),
    ));

  it("is the same whatever other releases there are", () =>
    fc.assert(
      fc.property(nameArbitrary, fc.array(nameArbitrary), fc.integer({ min: 1, max: 20 }), (name, others, of) => {
        const number = shardOf(name, of);
        expect(releasesOfShard([...others, name], { number, of })).toContain(name);
      }),
    ));

  it("changes with one shard more for the releases that this one gets, and for no others", () => {
    for (const of of [1, 2, 7]) {
      const moved = names.filter((name) => shardOf(name, of) !== shardOf(name, of + 1));
      expect(moved.every((name) => shardOf(name, of + 1) === of + 1)).toBe(true);
      expect(moved.length / names.length).toBeCloseTo(1 / (of + 1), 1);
    }
  });

  it("stays what it was in every version: these were computed by another program", () => {
    // By Python's hashlib: max(range(1, 5), key=lambda n: sha256(f"{name}/{n}")).
    const known = { "llama-8b": 4, "frontier-400b": 3, "giant-1t": 4 };
    expect(Object.fromEntries(Object.keys(known).map((name) => [name, shardOf(name, 4)]))).toEqual(known);
  });

  it("divides evenly", () => {
    const sizes = [1, 2, 3, 4].map((number) => releasesOfShard(names, { number, of: 4 }).length);
    for (const size of sizes) expect(Math.abs(size - 500)).toBeLessThan(60);
  });

  it("is refused where it is more than there are", () => {
    expect(shardSchema.safeParse({ number: 4, of: 4 }).success).toBe(true);
    expect(shardSchema.safeParse({ number: 5, of: 4 }).error?.issues[0]?.message).toBe(
      "is more than the 4 there are; write 1 to 4",
    );
  });
});

/** A state that remembers this of an earlier run; undefined before the first. */
async function stateWith(remembered: string | undefined): Promise<void> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => {
        const { input } = inputs as { input: string };
        return { id: `${name}-id`, state: { input, output: remembered ?? input } };
      },
      call: () => ({}),
    },
    "trustfoundry",
    "shards",
    false,
  );
}

describe("a stack's shard", () => {
  it("is kept from its first run on", async () => {
    await stateWith(undefined);
    await expect(keepShard({ number: 2, of: 4 })).resolves.toBeUndefined();
    await stateWith("2 of 4");
    await expect(keepShard({ number: 2, of: 4 })).resolves.toBeUndefined();
  });

  it.each([
    ["another number of shards", { number: 2, of: 5 }, "2 of 4"],
    ["another shard", { number: 1, of: 4 }, "2 of 4"],
    ["shards where there was one stack", { number: 1, of: 4 }, "1 of 1"],
    ["one stack where there were shards", undefined, "2 of 4"],
  ])("refuses %s before anything is placed", async (_, shard, made) => {
    await stateWith(made);
    const refused = await keepShard(shard).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigurationError);
    expect((refused as Error).message).toContain(`but this stack was made as shard ${made}`);
    expect((refused as Error).message).toContain("docs/scale.md");
  });
});
