import { describe, expect, it } from "vitest";
import type { FirmwarePlan } from "../../../components/host/firmware/plan";
import { checkPlan } from "../../../tooling/firmware/run";
import { SimulatedController } from "../../support/redfish/controller";
import type { Fault } from "../../support/redfish/controller";
import type { MachineArgs } from "../../support/redfish/machine";
import { machineFor, planFor } from "../../support/redfish/machines";
import { apply, memoryJournal, plainClientOf, targetOf } from "../../support/redfish/session";

function scene(plan: FirmwarePlan, more: Partial<MachineArgs> = {}) {
  const machine = machineFor(plan, more);
  const controller = SimulatedController.withoutNetwork(machine);
  return { machine, controller, journal: memoryJournal() };
}

const dell = planFor("dell", "tdx");
const lenovo = planFor("lenovo", "snp");
const reset = "SgxFactoryReset";

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "not refused",
    (error: Error) => error.message,
  );
}

describe("a run", () => {
  it("brings attributes back that vanish after a restart, by restarting the controller alone", async () => {
    const { machine, controller, journal } = scene(dell);
    await apply(dell, controller, journal);
    expect(machine.controllerRestarts).toBeGreaterThan(0);
    expect(machine.restarts).toBe(4);
  });

  it("makes Dell's job where a PATCH takes no apply time, one for each restart", async () => {
    const { machine, controller, journal } = scene(dell, { takesApplyTime: false });
    await apply(dell, controller, journal);
    expect(controller.count("POST", "/Jobs")).toBe(4);
    expect(machine.jobs.map(({ JobState }) => JobState)).toEqual(Array(4).fill("Completed"));
  });

  it("sets again what a one-time action puts back, without repeating the action", async () => {
    const { machine, controller, journal } = scene(dell, {
      putBack: { SgxPackageInfoInBandAccess: "not On" },
    });
    const ran = await apply(dell, controller, journal);
    expect({ departs: ran.departs, done: machine.done, restarts: machine.restarts }).toEqual({
      departs: false,
      done: { [reset]: 1 },
      restarts: 5,
    });
  });

  it("takes an acceptance without a pending change for a failure, and restarts nothing", async () => {
    const { machine, controller, journal } = scene(lenovo);
    machine.ignores.add("Memory_SMEE");
    expect(await refusal(apply(lenovo, controller, journal))).toBe(
      "The machine accepted the change, and does not list it as pending: Memory_SMEE; nothing was restarted.",
    );
    expect(machine.restarts).toBe(0);
  });

  it("stops after a stage that the firmware dropped at its start", async () => {
    const { machine, controller, journal } = scene(lenovo);
    machine.drops.add("Memory_SMEE");
    expect(await refusal(apply(lenovo, controller, journal))).toMatch(
      /^Stage 1 .* was applied, and is not in force: Memory_SMEE is not Enabled, and Enabled was staged; no further/,
    );
    expect(machine.restarts).toBe(1);
  });

  it.each([
    ["of another attribute", "Processors_SEV_SNPSupport", "Enabled"],
    ["of the same attribute to another value", "Memory_SMEE", "something"],
  ])("stops at somebody else's pending change %s", async (_, name, value) => {
    const { machine, controller, journal } = scene(lenovo);
    machine.pend(name, value);
    expect(await refusal(apply(lenovo, controller, journal))).toContain(
      `Changes are pending that this plan did not stage: ${name}=${value}; nothing is restarted.`,
    );
    expect(machine.restarts).toBe(0);
  });

  it("stops at a one-time action that somebody else has pending, though it is the same", async () => {
    const { machine, controller, journal } = scene(dell);
    await apply(dell, controller, journal);
    const fresh = memoryJournal();
    machine.pend(reset, "On");
    expect(await refusal(apply(dell, controller, fresh))).toContain(`did not stage: ${reset}=On`);
    expect(machine.done).toEqual({ [reset]: 1 });
  });

  it("refuses a machine with other processors, and one of another maker", async () => {
    const { controller, journal } = scene(lenovo, { cpu: "intel" });
    expect(await refusal(apply(lenovo, controller, journal))).toContain("has processors of Intel");
    const other = scene(lenovo);
    expect(await refusal(apply(lenovo, other.controller, other.journal, { manufacturers: ["HPE"] }))).toContain(
      "the plan is for machines of HPE, and SERIAL1 is one of Lenovo.",
    );
    expect(other.controller.seen.filter(({ method }) => method === "PATCH")).toEqual([]);
  });

  it("stages nothing of a stage with an attribute that the machine does not have", async () => {
    const { machine, controller, journal } = scene(lenovo);
    delete (machine.args.attributes as Record<string, unknown>).Memory_SMEE;
    expect(await refusal(apply(lenovo, controller, journal))).toMatch(
      /^Stage 1 .* cannot be staged, and nothing of it was: memory-encryption: this machine has no Memory_SMEE\./,
    );
    expect(machine.pending).toEqual({});
  });

  it("believes the operator that a one-time action happened", async () => {
    const { machine, controller, journal } = scene(dell);
    const ran = await apply(dell, controller, journal, { findings: { happened: ["sgx-factory-reset"] } });
    expect({ departs: ran.departs, done: machine.done }).toEqual({ departs: false, done: {} });
  });
});

describe("requests that fail", () => {
  const patch = { method: "PATCH", path: "/Bios/Pending" };
  const restart = { method: "POST", path: "ComputerSystem.Reset" };
  const cases: readonly (readonly [string, Fault])[] = [
    ["a change refused as too busy, before its effect", { ...patch, does: { answer: 503 } }],
    ["a change that took effect, answered as a failure", { ...patch, does: { answer: 500, effect: "after" } }],
    ["a restart refused before its effect", { ...restart, does: { answer: 503 } }],
    ["a restart that took effect, answered as a failure", { ...restart, does: { answer: 500, effect: "after" } }],
  ];

  it.each(cases)("%s: the next run goes on, with the same restarts", async (_, fault) => {
    const { machine, controller, journal } = scene(lenovo);
    controller.faults.push({ ...fault });
    expect(await refusal(apply(lenovo, controller, journal))).toMatch(/refused (PATCH|POST) /);
    const ran = await apply(lenovo, controller, journal);
    expect({ departs: ran.departs, restarts: machine.restarts }).toEqual({ departs: false, restarts: 2 });
  });

  it("429 is waited for, whatever was asked, and a session that expired is opened anew", async () => {
    const { machine, controller, journal } = scene(lenovo);
    controller.faults.push({ ...patch, does: { answer: 429, retryAfter: "0" } });
    controller.faults.push({ ...restart, does: { answer: 429 } });
    const at = ({ step }: { step: string }) => (step === "settle" ? controller.expireSessions() : undefined);
    const ran = await apply(lenovo, controller, journal, { at });
    expect({ departs: ran.departs, restarts: machine.restarts }).toEqual({ departs: false, restarts: 2 });
    expect(controller.logins).toBeGreaterThan(1);
  });
});

describe("check", () => {
  it("says of each setting how it stands, and changes nothing", async () => {
    const { machine, controller } = scene(lenovo);
    machine.pend("Memory_SMEE", "Enabled");
    const target = targetOf(controller, plainClientOf(controller));
    const { departs, stages } = await checkPlan({ plan: lenovo, target, journal: memoryJournal().read() });
    const standings = Object.fromEntries(
      stages.flatMap(({ settings }) => settings.map(({ id, standing }) => [id, standing])),
    );
    expect({ departs, standings }).toMatchObject({
      departs: true,
      standings: { "memory-encryption": "pending", snp: "waits for its parents", sriov: "departs" },
    });
    expect(controller.seen.filter(({ method, path }) => method !== "GET" && !path.includes("Sessions"))).toEqual([]);
  });
});
