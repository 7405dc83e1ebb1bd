import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { checkPlan, runPlan } from "../../../tooling/firmware/run";
import type { Point, Ran } from "../../../tooling/firmware/run";
import type { Journal } from "../../../tooling/firmware/journal";
import type { Findings } from "../../../tooling/firmware/once";
import { FirmwareError } from "../../../tooling/firmware/target";
import { FakeMachine, fakeJournal, idOf, nameOf, planOf } from "../../support/firmware/fakeMachine";
import type { MadeFault, MadeMachine, MadeSetting } from "../../support/firmware/fakeMachine";

// No test depends on how fast it runs: a look takes a millisecond of a clock of its own.
beforeAll(() => vi.useFakeTimers({ toFake: ["Date"], now: 0 }));
afterAll(() => vi.useRealTimers());
const newMachine = (made: MadeMachine) => new FakeMachine(made, () => vi.setSystemTime(Date.now() + 1));

/** The process was killed: nothing after this line of it has happened. */
class Killed extends Error {}

interface Attempt {
  /** Ends the run at the n-th point, from 0. */
  readonly killedAt?: number;
  readonly findings?: Findings;
}

interface Outcome {
  readonly ran?: Ran;
  readonly stopped?: FirmwareError;
  readonly points: readonly Point[];
}

/** One process: a run that completes, stops with a sentence, or is killed. Anything else is a defect. */
async function attempt(machine: FakeMachine, journal: Journal, { killedAt, findings }: Attempt = {}): Promise<Outcome> {
  const points: Point[] = [];
  try {
    const ran = await runPlan({
      plan: planOf(machine.made),
      target: machine.target(),
      journal,
      ...(findings && { findings }),
      now: () => "2026-11-27T00:00:00.000Z",
      patience: { readBackMilliseconds: 0, graceMilliseconds: 4, pauseMilliseconds: 0 },
      at: (point) => {
        points.push(point);
        if (points.length - 1 === killedAt) throw new Killed();
      },
    });
    return { ran, points };
  } catch (error) {
    if (error instanceof Killed) return { points };
    if (!(error instanceof FirmwareError)) throw error;
    expect(error.message).toMatch(/^\S[^\n]*\.$/);
    return { stopped: error, points };
  }
}

/** The operator looks into the machine's log, and says the truth. */
function findings(machine: FakeMachine, { once }: ReturnType<Journal["read"]>): Findings {
  const open = machine.made.settings.flatMap((setting, index) => {
    const state = once[idOf(index)]?.state;
    return setting.once && state !== undefined && state !== "done" ? [index] : [];
  });
  const happened = open.filter((index) => (machine.done[nameOf(index)] ?? 0) > 0);
  return {
    happened: happened.map(idOf),
    didNotHappen: open.filter((index) => !happened.includes(index)).map(idOf),
  };
}

/** What must be so at any time, whatever went wrong. */
function expectUnharmed(machine: FakeMachine): void {
  expect(machine.violations).toEqual([]);
  for (const times of Object.values(machine.done)) expect(times).toBeLessThanOrEqual(1);
}

/** Repeated as an operator would, until it is complete. */
async function untilComplete(machine: FakeMachine, journal: Journal): Promise<number> {
  for (let tries = 1; tries <= 6; tries++) {
    const { ran, stopped } = await attempt(machine, journal);
    expectUnharmed(machine);
    if (ran) return tries;
    if (stopped && /it is not known whether it was/.test(stopped.message)) {
      const told = await attempt(machine, journal, { findings: findings(machine, journal.read()) });
      expectUnharmed(machine);
      if (told.ran) return tries;
    }
  }
  throw new Error(`not complete after 6 runs: ${JSON.stringify({ machine: machine.made, journal: journal.read() })}`);
}

async function expectFinished(machine: FakeMachine, journal: Journal): Promise<void> {
  expect(machine.complete).toBe(true);
  const { staged, restarts } = machine;
  const again = await attempt(machine, journal);
  expect(again.ran).toMatchObject({ restarts: 0, departs: false });
  const checked = await checkPlan({
    plan: planOf(machine.made),
    target: machine.target(),
    journal: journal.read(),
  });
  expect(checked.departs).toBe(false);
  expect(machine).toMatchObject({ staged, restarts });
}

const seldom = fc.integer({ min: 0, max: 4 }).map((chance) => chance === 0);

const settings = (kind: { readonly stubborn: boolean }): fc.Arbitrary<readonly MadeSetting[]> =>
  fc
    .array(
      fc.record({
        stage: fc.nat(2),
        parentOf: fc.option(fc.nat(5), { nil: undefined, freq: 2 }),
        once: fc.boolean(),
        takenBack: fc.boolean(),
        initially: fc.boolean(),
        vanishes: seldom,
        stubborn: kind.stubborn ? seldom : fc.constant(false),
        refused: kind.stubborn ? seldom : fc.constant(false),
        undone: seldom,
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((made) => {
      const sorted = [...made].sort((one, other) => one.stage - other.stage);
      return sorted.map(({ parentOf, ...setting }, index) => {
        const earlier = sorted.findIndex(({ stage }, at) => at === parentOf && stage < setting.stage);
        // A one-time action stands for nothing that could be in force; firmware undoes settings alone.
        const parent = earlier >= 0 && earlier < index && !sorted[earlier]?.once ? earlier : undefined;
        // Nothing shows afterwards whether a start took a one-time action: once it was pending, it counts as done.
        const refused = setting.refused && !setting.once;
        return {
          ...setting,
          refused,
          undone: setting.undone && !setting.once,
          ...(parent !== undefined && { parent }),
        };
      });
    });

const machines = (kind = { stubborn: false }): fc.Arbitrary<MadeMachine> =>
  fc.record({
    settings: settings(kind),
    marked: fc.boolean(),
    reappears: fc.boolean(),
    restartLooks: fc.nat(2),
  });

/** Vanished attributes that nothing brings back stop any run; here they do not. */
const completable = machines().map((made) => ({
  ...made,
  settings: made.reappears ? made.settings : made.settings.map((setting) => ({ ...setting, vanishes: false })),
}));

describe("a run on any machine", () => {
  it("completes where the machine lets it, and then has nothing to do", async () => {
    await fc.assert(
      fc.asyncProperty(completable, async (made) => {
        const machine = newMachine(made);
        const journal = fakeJournal();
        expect(await untilComplete(machine, journal)).toBe(1);
        await expectFinished(machine, journal);
      }),
      { numRuns: 150 },
    );
  });

  it("survives its end at every single point, and does nothing twice", async () => {
    await fc.assert(
      fc.asyncProperty(completable, async (made) => {
        const { points } = await attempt(newMachine(made), fakeJournal());
        for (let killedAt = 0; killedAt < points.length; killedAt++) {
          const machine = newMachine(made);
          const journal = fakeJournal();
          await attempt(machine, journal, { killedAt });
          expectUnharmed(machine);
          await untilComplete(machine, journal);
          await expectFinished(machine, journal);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("survives restarts by others after its end at any point", async () => {
    await fc.assert(
      fc.asyncProperty(completable, fc.array(fc.nat(60), { minLength: 1, maxLength: 3 }), async (made, kills) => {
        const machine = newMachine(made);
        const journal = fakeJournal();
        for (const killedAt of kills) {
          await attempt(machine, journal, { killedAt });
          machine.restartByOthers();
          expectUnharmed(machine);
        }
        await untilComplete(machine, journal);
        await expectFinished(machine, journal);
      }),
      { numRuns: 300 },
    );
  });

  it("survives several ends and failures before and after their effect", async () => {
    const faults = fc.array(
      fc.record<MadeFault>({
        at: fc.nat(8),
        kind: fc.constantFrom("fails before", "fails after", "ignored"),
      }),
      { maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(completable, faults, fc.array(fc.nat(60), { maxLength: 4 }), async (made, wrong, kills) => {
        const machine = newMachine(made);
        machine.faults = wrong;
        const journal = fakeJournal();
        for (const killedAt of kills) {
          await attempt(machine, journal, { killedAt });
          expectUnharmed(machine);
        }
        machine.faults = [];
        await untilComplete(machine, journal);
        await expectFinished(machine, journal);
      }),
      { numRuns: 300 },
    );
  });

  it("completes or stops with a sentence where attributes drop changes or vanish for good, and harms nothing", async () => {
    await fc.assert(
      fc.asyncProperty(machines({ stubborn: true }), fc.array(fc.nat(60), { maxLength: 3 }), async (made, kills) => {
        const machine = newMachine(made);
        const journal = fakeJournal();
        for (const killedAt of [...kills, undefined]) {
          const { ran } = await attempt(machine, journal, { killedAt });
          expectUnharmed(machine);
          if (ran) expect(machine.complete).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("asks no operator where the machine has a mark of its last start, unless a failure hid what happened", async () => {
    await fc.assert(
      fc.asyncProperty(completable, async (made) => {
        const marked = { ...made, marked: true };
        const { points } = await attempt(newMachine(marked), fakeJournal());
        for (let killedAt = 0; killedAt < points.length; killedAt++) {
          const machine = newMachine(marked);
          const journal = fakeJournal();
          await attempt(machine, journal, { killedAt });
          const { stopped } = await attempt(machine, journal);
          expect(stopped?.message ?? "").not.toMatch(/not known/);
        }
      }),
      { numRuns: 10 },
    );
  });
});
