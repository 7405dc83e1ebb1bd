import { describe, expect, it } from "vitest";
import { checkJson, checkScreen } from "../../../tooling/firmware/screen";
import { checkPlan } from "../../../tooling/firmware/run";
import { emptyJournal } from "../../../tooling/firmware/journal";
import { describeError } from "../../../tooling/ui";
import { SimulatedController } from "../../support/redfish/controller";
import type { MachineArgs } from "../../support/redfish/machine";
import { machineFor, planFor } from "../../support/redfish/machines";
import { apply, memoryJournal, plainClientOf, targetOf } from "../../support/redfish/session";

const plan = planFor("lenovo", "snp");
/** Moves the cursor up and overwrites a line; the same by one C1 character; a new line; text that runs backwards. */
const escape = "\u001b[1A\u001b[2K\u009b2K\r\n✓ all is well\u202e";
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

function scene(more: Partial<MachineArgs> = {}) {
  const machine = machineFor(plan, more);
  const controller = SimulatedController.withoutNetwork(machine);
  const target = targetOf(controller, plainClientOf(controller));
  return {
    machine,
    controller,
    check: () => checkPlan({ plan, target, journal: ({ serial }) => emptyJournal(serial) }),
  };
}

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "nothing",
    (error: unknown) => error,
  );

describe("a machine that means harm", () => {
  it("cannot steer a terminal by what it says of itself", async () => {
    const { check } = scene({ serial: `S1${escape}` });
    const checked = await check();
    expect(checkScreen(plan, checked)).not.toMatch(obeyed);
    expect(checkJson(plan, checked)).not.toMatch(obeyed);
    expect(checked.identity.serial).toBe("S1 [1A [2K 2K ✓ all is well");
  });

  it("has a serial number that can be seen, or none: an empty answer would confirm it", async () => {
    expect(describeError(await errorOf(scene({ serial: "\u0001\u200b" }).check()))).toContain(
      "does not say its serial number",
    );
  });

  it("cannot steer a terminal, forge a line or a command by names and values of its attributes", async () => {
    const { machine, controller } = scene();
    const name = `x'$(reboot)${escape}`;
    machine.current[name] = "old";
    machine.pending[name] = `new${escape}`;
    const says = describeError(await errorOf(apply(plan, controller, memoryJournal())));
    expect(says).toContain("Changes are pending that this plan did not stage");
    expect(says).not.toMatch(obeyed);
    expect(says.split("\n")).toHaveLength(2);
    expect(says).toContain(`--with-pending 'x'\\''$(reboot)`);
    expect(machine.restarts).toBe(0);
  });

  it("does nothing by names that objects have by themselves", async () => {
    const { machine, controller, check } = scene();
    for (const name of ["constructor", "toString", "__proto__"])
      Object.defineProperty(machine.current, name, { value: "On", enumerable: true });
    const checked = await check();
    expect(checked.departs).toBe(true);
    const ran = await apply(plan, controller, memoryJournal());
    expect({ departs: ran.departs, restarts: machine.restarts }).toEqual({ departs: false, restarts: 2 });
  });
});
