import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { apiFaults, concurrentFaults } from "../../../tooling/faults/apiFaults";
import type { Fault } from "../../../tooling/faults/campaign";
import { disturbedCampaign, killCampaign, missed } from "../../../tooling/faults/campaign";
import { credentialFaults } from "../../../tooling/faults/credentialFaults";
import { Dice } from "../../../tooling/faults/dice";
import { diskFaults } from "../../../tooling/faults/diskFaults";
import { keysAtOnce } from "../../../tooling/faults/keyFaults";
import type { Kill } from "../../../tooling/faults/kill";
import { mustRun } from "../../../tooling/faults/round";
import { World } from "../../../tooling/faults/world";

// A few faults of the campaign (`npm run faults`), always the same ones: real engine, plugins, state service and API
// server, killed and disturbed on the smallest of the three stacks.

const seed = 9;
const dice = new Dice(seed);
/** Some thirty runs of the engine, on machines that have other work. */
const timeoutMilliseconds = 900_000;

let world: World;
beforeAll(async () => {
  world = await World.start({ toolchain: inject("toolchain") });
  await mustRun(world, { kind: "infrastructure", operation: "up", version: "first" });
});
afterAll(() => world.close());

const broken = (faults: readonly Fault[]) =>
  faults.filter(({ violations }) => violations.length > 0).map(({ name, violations }) => ({ name, violations }));

describe("kill -9", () => {
  const life: Kill[] = [
    { stack: "workloads", phase: "first", victim: "plugin" },
    { stack: "workloads", phase: "change", victim: "engine" },
    { stack: "workloads", phase: "refresh", victim: "program" },
    { stack: "workloads", phase: "destroy", victim: "everything" },
  ];

  it(
    "of plugin, engine, program and everything at once is recovered from by an ordinary run",
    async () => {
      const faults: Fault[] = [];
      await killCampaign({ world, dice, lives: [life], onInfrastructure: true, onFault: (each) => faults.push(each) });
      expect(broken(faults)).toEqual([]);
      expect(faults).toHaveLength(life.length);
      expect(missed(faults), faults.map(({ name }) => name).join("\n")).toBe(0);
    },
    timeoutMilliseconds,
  );
});

describe("a bad day", () => {
  it(
    "of servers, credentials, disks and people is told, and recovered from",
    async () => {
      const faults: Fault[] = [];
      const some = (changes: number) => [
        ...apiFaults(dice, changes).filter(({ name }) => name.includes("503")),
        ...credentialFaults().slice(0, 1),
        ...diskFaults(world.scratch("mount")).slice(0, 1),
        ...concurrentFaults,
      ];
      const onFault = (fault: Fault) => faults.push(fault);
      await disturbedCampaign({ world, stack: "workloads", faults: some, onInfrastructure: true, onFault });
      expect(broken(faults)).toEqual([]);
      expect(faults).toHaveLength(4);
    },
    timeoutMilliseconds,
  );

  it("has all commands end with the same keys, whoever made them", async () => {
    expect(await keysAtOnce(world)).toEqual([]);
  });
});
