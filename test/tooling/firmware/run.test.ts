import { describe, expect, it } from "vitest";
import { SimulatedController } from "../../support/redfish/controller";
import { machineFor, namesOf, planFor } from "../../support/redfish/machines";
import { apply, memoryJournal } from "../../support/redfish/session";

const cases = [
  ["dell", "tdx", 4],
  ["dell", "snp", 3],
  ["hpe", "tdx", 5],
  ["hpe", "snp", 3],
  ["lenovo", "tdx", 4],
  ["lenovo", "snp", 2],
] as const;

describe("a machine at factory settings is brought to its plan", () => {
  it.each(cases)("%s, %s, by %i restarts", async (vendor, tee, restarts) => {
    const plan = planFor(vendor, tee);
    const machine = machineFor(plan);
    const controller = SimulatedController.withoutNetwork(machine);
    const journal = memoryJournal();
    const ran = await apply(plan, controller, journal);
    expect(ran.departs).toBe(false);
    expect({ asked: ran.restarts, done: machine.restarts }).toEqual({ asked: restarts, done: restarts });
    const once = tee === "tdx" ? { [namesOf(plan).get("sgx-factory-reset") ?? ""]: 1 } : {};
    expect(machine.done).toEqual(once);
    expect(controller.openSessions).toBe(0);
    const again = await apply(plan, controller, journal);
    expect({ restarts: again.restarts, of: machine.restarts, done: machine.done }).toEqual({
      restarts: 0,
      of: restarts,
      done: once,
    });
  });
});
