import { describe, expect, it } from "vitest";
import type { UpgradePlan } from "../../../tooling/upgrade/plan";
import { admitAgain, atStart, givenNow, nextStep, stepsOf, turnBack } from "../../../tooling/upgrade/progress";
import type { Progress } from "../../../tooling/upgrade/progress";
import type { ProcedureRecord } from "../../../tooling/upgrade/record";
import { run } from "../../../tooling/upgrade/run";
import { backSteps, forwardSteps } from "../../../tooling/upgrade/steps";
import { FakeFactory, Killed, plan } from "./fakeFactory";

type Record_ = ProcedureRecord<UpgradePlan, null>;

/** The record as a file would have it: what was written last. */
class Store {
  record: Record_ = { formatVersion: 1, plan, progress: atStart, inputs: null };
  writes = 0;
  save = (record: Record_) => {
    // Through JSON, as a file: what a kill leaves is text.
    this.record = JSON.parse(JSON.stringify(record)) as Record_;
    this.writes++;
  };
}

let clock = 0;
const go = (store: Store, world: FakeFactory, until?: string) =>
  run({
    record: store.record,
    save: store.save,
    next: nextStep,
    world,
    now: () => new Date(Date.UTC(2026, 0, 1) + clock++ * 1000).toISOString(),
    tell: async (_, work) => void (await work(() => undefined)),
    ...(until !== undefined && { until }),
  });

/** Goes on until it is killed after so many pieces; says whether it was. */
async function killedAfter(pieces: number, store: Store, world: FakeFactory): Promise<boolean> {
  world.left = pieces;
  try {
    await go(store, world);
    return false;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return true;
  } finally {
    world.left = Infinity;
  }
}

const turn = (store: Store) => store.save({ ...store.record, progress: turnBack(store.record.progress) });

function expectArrived(world: FakeFactory, side: "former" | "next", story: string): void {
  expect(world.wrongs, story).toEqual([]);
  expectPlaced(world, side, story);
}

function expectPlaced(world: FakeFactory, side: "former" | "next", story: string): void {
  expect([...Object.values(world.pods), ...Object.values(world.hosts)].flat(), story).toEqual(Array(8).fill(side));
  for (const replica of world.replicas) expect([...replica], story).toEqual([side]);
}

/** Pieces of a way without a kill. */
async function piecesOf(prepare: (store: Store, world: FakeFactory) => Promise<void> = () => Promise.resolve()) {
  const [store, world] = [new Store(), new FakeFactory()];
  await prepare(store, world);
  const before = world.pieces;
  await go(store, world);
  return world.pieces - before;
}

describe("an upgrade", () => {
  it("goes its way, and every guest has its key at every piece of it", async () => {
    const [store, world] = [new Store(), new FakeFactory()];
    await go(store, world);
    expectArrived(world, "next", "without a kill");
    expect(nextStep(plan, store.record.progress)).toBeUndefined();
    expect(givenNow(store.record.progress)).toEqual({ former: "nothing", next: "key" });
  });

  it("is killed after each piece, and resumed", async () => {
    const pieces = await piecesOf();
    expect(pieces).toBeGreaterThan(15);
    for (let at = 0; at < pieces; at++) {
      const [store, world] = [new Store(), new FakeFactory()];
      expect(await killedAfter(at, store, world)).toBe(true);
      await go(store, world);
      expectArrived(world, "next", `killed after ${at} pieces, then resumed`);
    }
  });

  it("is killed after each piece, and rolled back", async () => {
    const pieces = await piecesOf();
    for (let at = 0; at < pieces; at++) {
      const [store, world] = [new Store(), new FakeFactory()];
      await killedAfter(at, store, world);
      turn(store);
      await go(store, world);
      expectArrived(world, "former", `killed after ${at} pieces, then rolled back`);
      expect(givenNow(store.record.progress)).toEqual({ former: "key", next: "nothing" });
    }
  });

  it("is killed on its way, and again after each piece of the way back", async () => {
    const pieces = await piecesOf();
    for (let at = 0; at < pieces; at++) {
      const cut = async (store: Store, world: FakeFactory) => {
        await killedAfter(at, store, world);
        turn(store);
      };
      const back = await piecesOf(cut);
      for (let again = 0; again < back; again++) {
        const [store, world] = [new Store(), new FakeFactory()];
        await cut(store, world);
        await killedAfter(again, store, world);
        await go(store, world);
        expectArrived(world, "former", `killed after ${at}, back, killed after ${again}, resumed`);
      }
    }
  });

  it("is stopped after each step, and rolled back", async () => {
    for (const { id } of forwardSteps(plan)) {
      const [store, world] = [new Store(), new FakeFactory()];
      await go(store, world, id);
      expect(store.record.progress.done.at(-1)).toBe(id);
      turn(store);
      await go(store, world);
      expectArrived(world, "former", `stopped after ${id}, then rolled back`);
    }
  });

  it("has nothing to go back from before it began", () => {
    expect(backSteps(plan, [])).toEqual([]);
    expect(nextStep(plan, turnBack(atStart))).toBeUndefined();
  });
});

describe("an upgrade that was left lying until former guests get no keys any more", () => {
  const expired = async (at: string) => {
    const [store, world] = [new Store(), new FakeFactory()];
    await go(store, world, at);
    world.replicas.forEach((replica) => replica.delete("former"));
    await expect(go(store, world)).rejects.toThrow(/before the step/);
    return { store, world };
  };
  const again = (store: Store) => store.save({ ...store.record, progress: admitAgain(store.record.progress) });

  it.each(["admit", "workloads:north", "prove:south"])("after %s: lets them in again, and goes on", async (at) => {
    const { store, world } = await expired(at);
    again(store);
    expect(nextStep(plan, store.record.progress)?.id).toBe("admit");
    await go(store, world);
    expectPlaced(world, "next", `prolonged after ${at}`);
    expect(givenNow(store.record.progress)).toEqual({ former: "nothing", next: "key" });
  });

  it.each(["admit", "workloads:north", "prove:south"])("after %s: lets them in again, and goes back", async (at) => {
    const { store, world } = await expired(at);
    again(store);
    turn(store);
    await go(store, world);
    expectPlaced(world, "former", `prolonged after ${at}, then rolled back`);
  });

  it("prolongs nothing that was not begun, or is being ended", () => {
    const ended: Progress = { ...atStart, done: ["release", "admit"], underWay: "retire" };
    for (const progress of [atStart, ended]) expect(admitAgain(progress)).toBe(progress);
  });
});

describe("what is written down", () => {
  it("is written before a step begins and after it is done", async () => {
    const [store, world] = [new Store(), new FakeFactory()];
    const seen: Progress[] = [];
    const { save } = store;
    store.save = (record) => {
      seen.push(record.progress);
      save(record);
    };
    await go(store, world);
    const ids = forwardSteps(plan).map(({ id }) => id);
    expect(seen.map(({ underWay }) => underWay)).toEqual(ids.flatMap((id) => [id, undefined]));
  });

  it("calls both sides possible while nobody knows how far a step came", () => {
    const cut: Progress = { direction: "forward", done: ["release"], underWay: "admit", times: {} };
    expect(givenNow(cut)).toEqual({ former: "key", next: "either" });
    expect(givenNow(turnBack(cut))).toEqual({ former: "key", next: "either" });
    expect(stepsOf(plan, turnBack(cut)).map(({ id }) => id)).toEqual(["back:release", "back:admit", "back:retire"]);
  });
});

describe("a world that does not do as it should", () => {
  const stops = async (store: Store, world: FakeFactory, where: RegExp, what: RegExp) => {
    await expect(go(store, world)).rejects.toMatchObject({
      message: expect.stringMatching(where) as unknown,
      details: expect.arrayContaining([expect.stringMatching(what)]) as unknown,
    });
  };

  it.each([
    ["admits early", [], /during the step release/, /next is nothing by the plan, and key in truth/],
    ["admits nothing", ["release"], /after the step admit/, /next is key by the plan, and nothing in truth/],
    ["retires early", ["release"], /during the step admit/, /former is key by the plan, and nothing in truth/],
  ] as const)("that %s stops it before any guest is touched, and it goes back", async (broken, done, where, what) => {
    const [store, world] = [new Store(), new FakeFactory()];
    world.broken = broken;
    await stops(store, world, where, what);
    // Asked again, it does not go on either.
    await stops(store, world, /after the step/, what);
    expect(Object.values(world.pods).flat()).toEqual(Array(4).fill("former"));
    expect(store.record.progress.done).toEqual(done);
    world.broken = undefined;
    turn(store);
    await go(store, world);
    expectPlaced(world, "former", `${broken}, then rolled back`);
  });

  it("that leaves the former guests their keys is not called done", async () => {
    const [store, world] = [new Store(), new FakeFactory()];
    world.broken = "retires nothing";
    await stops(store, world, /after the step retire/, /former is nothing by the plan, and key in truth/);
    expect(nextStep(plan, store.record.progress)?.id).toBe("retire");
  });

  it("that leaves the next guests their keys on the way back is not called rolled back", async () => {
    const [store, world] = [new Store(), new FakeFactory()];
    await go(store, world, "admit");
    turn(store);
    world.broken = "lets the next in for good";
    await stops(store, world, /after the step back:retire/, /next is nothing by the plan/);
    expect(nextStep(plan, store.record.progress)?.id).toBe("back:retire");
  });

  it("that loses the former guests' keys between two steps is not gone on with, but goes back", async () => {
    const [store, world] = [new Store(), new FakeFactory()];
    await go(store, world, "admit");
    world.replicas[1]?.delete("former");
    await stops(store, world, /before the step hosts:north/, /replica 1: former is key by the plan/);
    expect(world.hosts.north).toEqual(["former", "former"]);
    turn(store);
    await go(store, world);
    expectPlaced(world, "former", "lost, then rolled back");
  });
});

it("lets nobody in on the way back who was never let in", () => {
  const kinds = (...begun: string[]) => Object.fromEntries(backSteps(plan, begun).map(({ id, kind }) => [id, kind]));
  expect(kinds("release")).toEqual({ "back:release": "release", "back:admit": "retire" });
  expect(kinds("release", "admit")).toMatchObject({ "back:admit": "admit", "back:retire": "retire" });
});
