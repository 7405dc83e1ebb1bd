import { describe, expect, it } from "vitest";
import type { FirmwarePlan } from "../../../components/host/firmware/plan";
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

const lenovo = planFor("lenovo", "tdx");
const action = "Processors_SGXFactoryReset";

/** One run that nobody ends: its points, and what it did to the machine. */
async function wholeRun(plan: FirmwarePlan) {
  const machine = machineFor(plan);
  const points: Point[] = [];
  const controller = SimulatedController.withoutNetwork(machine);
  await apply(plan, controller, memoryJournal(), { at: (point) => void points.push(point) });
  return { points, restarts: machine.restarts, done: machine.done };
}

describe("a run that is ended at any step goes on rightly", () => {
  it.each([
    ["dell", { SgxFactoryReset: 1 }],
    ["hpe", { SgxFactoryReset: 1 }],
    ["lenovo", { [action]: 1 }],
  ] as const)(
    "with a machine of %s that says when it started last: same restarts, one-time actions once",
    async (vendor, once) => {
      const plan = planFor(vendor, "tdx");
      const { points: whole, restarts, done } = await wholeRun(plan);
      expect(done).toEqual(once);
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
          restarts,
          done,
        });
      }
    },
    300_000,
  );

  it("with a machine that does not: it is done once, or the run stops and says so", async () => {
    const { points: whole } = await wholeRun(lenovo);
    const last = whole.findIndex(({ stage }) => stage === 3);
    let stopped = 0;
    for (let n = last + 1; n <= whole.length; n++) {
      const machine = machineFor(lenovo, { tellsLastStart: false });
      const controller = SimulatedController.withoutNetwork(machine);
      const journal = memoryJournal();
      await expect(apply(lenovo, controller, journal, { at: killAt(n, []) })).rejects.toThrow(Killed);
      const outcome = await apply(lenovo, controller, journal).then(
        () => "in force",
        (error: Error) => error.message,
      );
      if (outcome !== "in force") {
        stopped += 1;
        expect(outcome).toMatch(/^sgx-factory-reset .* it is not known whether it was .* it is not sent again\.$/);
        expect(machine.done).toEqual({});
        await apply(lenovo, controller, journal, { findings: { didNotHappen: ["sgx-factory-reset"] } });
      }
      expect({ n, done: machine.done, restarts: machine.restarts }).toEqual({ n, done: { [action]: 1 }, restarts: 4 });
    }
    expect(stopped).toBeGreaterThan(0);
  }, 300_000);
});
