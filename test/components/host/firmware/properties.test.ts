import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttributeValue, FirmwarePlan, FirmwareSetting } from "../../../../components/host/firmware/plan";
import type { MachineState, RegisteredAttribute } from "../../../../components/host/firmware/registry";
import { problemsOf, resolvePlan, resolveStage, toWrite } from "../../../../components/host/firmware/resolve";
import { combinations, planOf } from "./plans";

/** A machine made up for a plan: for each setting one of its names, a value, and children locked until their parents hold. */
interface MadeUp {
  readonly attributes: readonly {
    readonly setting: FirmwareSetting;
    readonly name: string;
    readonly allowed: string[];
  }[];
  readonly values: Record<string, AttributeValue>;
}

const settingsOf = (plan: FirmwarePlan) => plan.stages.flatMap(({ settings }) => settings);

/** Of two settings about one attribute (variants) the machine has one attribute. */
function machineOf(plan: FirmwarePlan, seed: readonly number[]): MadeUp {
  const pick = (index: number, length: number) => (seed[index % seed.length] ?? 0) % length;
  const attributes: { setting: FirmwareSetting; name: string; allowed: string[] }[] = [];
  const values: Record<string, AttributeValue> = {};
  settingsOf(plan).forEach((setting, index) => {
    const { find } = setting;
    const name = find.names[pick(index, find.names.length || 1)] ?? `Unnamed_${setting.id}`;
    if (attributes.some((other) => other.name === name)) return;
    if (setting.optional && pick(index + 3, 3) === 0) return;
    const wanted = settingsOf(plan)
      .filter((other) => other.find.names.includes(name) || other === setting)
      .flatMap((other) => other.values.map(String));
    const allowed = [...new Set([...wanted, "Factory"])];
    attributes.push({ setting, name, allowed });
    values[name] = allowed[pick(index + 7, allowed.length)] ?? "Factory";
  });
  return { attributes, values };
}

function stateOf(machine: MadeUp, done: ReadonlySet<string>): MachineState {
  const inForce = (id: string) =>
    machine.attributes
      .filter(({ setting }) => setting.id === id)
      .every(
        ({ setting, name }) => setting.once || setting.values.some((value) => String(value) === machine.values[name]),
      );
  const registry = machine.attributes.map(({ setting, name, allowed }): RegisteredAttribute => ({
    name,
    displayName: [...(setting.find.displayName ?? []), setting.id].join(" / "),
    type: "enumeration",
    allowed,
    readOnly: !(setting.after ?? []).every(inForce),
  }));
  return { registry, current: { ...machine.values }, done };
}

const seeds = fc.array(fc.nat(1000), { minLength: 8, maxLength: 24 });

describe.each(combinations)("on any machine of %s with %s", (vendor, tee) => {
  const plan = planOf(vendor, tee);

  it("stage after stage, restarted after each, the plan comes to hold, and does once what is to be done once", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const machine = machineOf(plan, seed);
        const done = new Set<string>();
        for (const stage of plan.stages) {
          const state = stateOf(machine, done);
          const resolved = resolveStage(stage, state);
          expect(problemsOf([resolved])).toEqual([]);
          const writes = toWrite(resolved);
          for (const [name, value] of Object.entries(writes)) {
            const attribute = state.registry.find((candidate) => candidate.name === name);
            expect(attribute).toMatchObject({ readOnly: false });
            expect(attribute?.allowed).toContain(value);
          }
          Object.assign(machine.values, writes);
          for (const { setting, state: result } of resolved.settings)
            if (setting.once && result === "write") {
              expect(done.has(setting.id)).toBe(false);
              done.add(setting.id);
            }
        }
        const after = resolvePlan(plan, stateOf(machine, done)).flatMap(({ settings }) => settings);
        expect([...new Set(after.map(({ state }) => state))].filter((state) => state !== "skipped")).toEqual(["holds"]);
      }),
      { numRuns: 60 },
    );
  });

  it("before anything is written, the whole plan is writes, waits and what holds already, and never a problem", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const state = stateOf(machineOf(plan, seed), new Set());
        const before = structuredClone({ ...state, done: [] });
        expect(problemsOf(resolvePlan(plan, state))).toEqual([]);
        expect({ ...state, done: [] }).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });

  it("without one attribute that has to be there, it stops and names it", () => {
    const required = settingsOf(plan).filter(({ optional, where, after }) => !optional && !where && !after);
    for (const setting of required) {
      const machine = machineOf(plan, [0]);
      const attributes = machine.attributes.filter((attribute) => attribute.setting !== setting);
      const problems = problemsOf(resolvePlan(plan, stateOf({ ...machine, attributes }, new Set())));
      expect(problems).toContainEqual(expect.stringMatching(new RegExp(`^${setting.id}: this machine has no `)));
    }
  });

  it("parents are staged before their children, and what is done once after everything but its taking back", () => {
    const stageOf = new Map(
      plan.stages.flatMap(({ settings }, index) => settings.map(({ id }) => [id, index] as const)),
    );
    for (const { id, after = [], once } of settingsOf(plan)) {
      for (const parent of after) expect(stageOf.get(parent)).toBeLessThan(stageOf.get(id) ?? -1);
      if (once)
        for (const other of settingsOf(plan))
          if (other.id !== id && !other.after?.includes(id))
            expect(stageOf.get(other.id)).toBeLessThan(stageOf.get(id) ?? -1);
    }
  });
});
