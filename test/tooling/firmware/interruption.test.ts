import { describe, expect, it } from "vitest";
import type { Point } from "../../../tooling/firmware/run";
import { machineFor, planFor } from "../../support/redfish/machines";
import { SimulatedController } from "../../support/redfish/controller";
import { apply, memoryJournal } from "../../support/redfish/session";

class Killed extends Error {}

/** Ends the run at its n-th point, before or after whatever it does there. */
function killAt(n: number, points: Point[]) {
  return (point: Point) => {
    points.push(point);
    if (points.length === n) throw new Killed();
  };
}

const plan = planFor("lenovo", "tdx");
const action = "Processors_SGXFactoryReset";

/** One run that nobody ends, for the number of its points. */
async function pointsOfWholeRun(): Promise<readonly Point[]> {
  const controller = SimulatedController.withoutNetwork(machineFor(plan));
  const points: Point[] = [];
  await apply(plan, controller, memoryJournal(), { at: (point) => void points.push(point) });
  return points;
}

describe("a run that is ended at any step goes on rightly", () => {
  it("with a machine that says when it started last: same restarts, the one-time action once", async () => {
    const whole = await pointsOfWholeRun();
    expect(whole.length).toBeGreaterThan(60);
    for (let n = 1; n <= whole.length; n++) {
      const machine = machineFor(plan);
      const controller = SimulatedController.withoutNetwork(machine);
      const journal = memoryJournal();
      await expect(apply(plan, controller, journal, { at: killAt(n, []) })).rejects.toThrow(Killed);
      const ran = await apply(plan, controller, journal);
      const label = `killed at ${n}: ${JSON.stringify(whole[n - 1])}`;
      expect({ label, departs: ran.departs, restarts: machine.restarts, done: machine.done }).toEqual({
        label,
        departs: false,
        restarts: 4,
        done: { [action]: 1 },
      });
    }
  }, 300_000);

  it("with a machine that does not: it is done once, or the run stops and says so", async () => {
    const whole = await pointsOfWholeRun();
    const last = whole.findIndex(({ stage }) => stage === 3);
    let stopped = 0;
    for (let n = last + 1; n <= whole.length; n++) {
      const machine = machineFor(plan, { tellsLastStart: false });
      const controller = SimulatedController.withoutNetwork(machine);
      const journal = memoryJournal();
      await expect(apply(plan, controller, journal, { at: killAt(n, []) })).rejects.toThrow(Killed);
      const outcome = await apply(plan, controller, journal).then(
        () => "in force",
        (error: Error) => error.message,
      );
      if (outcome !== "in force") {
        stopped += 1;
        expect(outcome).toMatch(/^sgx-factory-reset .* it is not known whether it was .* it is not sent again\.$/);
        expect(machine.done).toEqual({});
        await apply(plan, controller, journal, { findings: { didNotHappen: ["sgx-factory-reset"] } });
      }
      expect({ n, done: machine.done, restarts: machine.restarts }).toEqual({ n, done: { [action]: 1 }, restarts: 4 });
    }
    expect(stopped).toBeGreaterThan(0);
  }, 300_000);
});
