import { describe, expect, it } from "vitest";
import type { FirmwarePlan, FirmwareSetting } from "../../../../components/host/firmware/plan";
import type { MachineState, RegisteredAttribute } from "../../../../components/host/firmware/registry";
import {
  problemsOf,
  resolvePlan,
  resolveSetting,
  resolveStage,
  toWrite,
} from "../../../../components/host/firmware/resolve";

const onOff = (name: string, more: Partial<RegisteredAttribute> = {}): RegisteredAttribute => ({
  name,
  type: "enumeration",
  allowed: ["Enabled", "Disabled"],
  readOnly: false,
  ...more,
});
const number = (name: string, lowest: number, highest: number): RegisteredAttribute => ({
  name,
  type: "integer",
  lowest,
  highest,
  readOnly: false,
});
const tdx: FirmwareSetting = { id: "tdx", find: { names: ["EnableTdx", "IntelTdx"] }, values: ["Enabled"] };
const loader: FirmwareSetting = {
  id: "seam-loader",
  find: { names: [], displayName: ["SEAM Loader"] },
  values: ["Enabled"],
  after: ["tdx"],
};
const asids: FirmwareSetting = { id: "asids", find: { names: ["CpuMinSevAsid"] }, values: [100], atLeast: 2 };
const reset: FirmwareSetting = { id: "reset", find: { names: ["SgxFactoryReset"] }, values: ["On"], once: true };

const machine = (registry: RegisteredAttribute[], current: MachineState["current"], done?: string[]): MachineState => ({
  registry,
  current,
  ...(done && { done: new Set(done) }),
});
const resolved = (setting: FirmwareSetting, ...state: Parameters<typeof machine>) => {
  const found = resolveSetting(setting, machine(...state), []);
  expect(found.setting).toBe(setting);
  return Object.fromEntries(Object.entries(found).filter(([key]) => key !== "setting"));
};

describe("one setting on one machine", () => {
  it("is found by the first of its names that is there", () => {
    expect(resolved(tdx, [onOff("IntelTdx")], { IntelTdx: "Disabled" })).toEqual({
      state: "write",
      attribute: "IntelTdx",
      value: "Enabled",
      current: "Disabled",
    });
    expect(resolved(tdx, [onOff("IntelTdx"), onOff("EnableTdx")], { EnableTdx: "Enabled" })).toEqual({
      state: "holds",
      attribute: "EnableTdx",
    });
  });

  it("is found by display name where it has no name, whatever the case and what joins the words", () => {
    const registry = [onOff("X1", { displayName: "TDX Secure-Arbitration (SEAM) LOADER" })];
    expect(
      resolved({ ...loader, find: { names: [], displayName: ["seam loader"] } }, registry, { X1: "Disabled" }),
    ).toMatchObject({ state: "write", attribute: "X1" });
  });

  it("stops where it is missing, and says what was looked for and what is near", () => {
    expect(
      resolved(
        { ...tdx, find: { names: ["EnableTdx"], displayName: ["TDX", "Trust Domain"] } },
        [onOff("TdxKeySplit", { displayName: "TDX Key Split" })],
        {},
      ),
    ).toEqual({
      state: "problem",
      problem: "missing",
      message:
        'tdx: this machine has no EnableTdx, nor an attribute with "TDX" and "Trust Domain" in its display name; nearest: TdxKeySplit ("TDX Key Split")',
    });
    expect(resolved({ ...tdx, optional: true }, [], {})).toEqual({
      state: "skipped",
      why: "this machine has no EnableTdx, IntelTdx",
    });
  });

  it("stops where its display name fits several, unless words tell them apart", () => {
    const registry = [onOff("A", { displayName: "Intel TDX" }), onOff("B", { displayName: "Intel TDX SEAM Loader" })];
    const find = { names: [], displayName: ["TDX"] };
    expect(resolved({ ...tdx, find }, registry, { A: "Disabled", B: "Disabled" })).toEqual({
      state: "problem",
      problem: "ambiguous",
      message:
        'tdx: attribute with "TDX" in its display name could be any of A ("Intel TDX"), B ("Intel TDX SEAM Loader")',
    });
    expect(
      resolved({ ...tdx, find: { ...find, notDisplayName: ["SEAM"] } }, registry, { A: "Disabled" }),
    ).toMatchObject({
      state: "write",
      attribute: "A",
    });
  });

  it("is written in the registry's spelling and type", () => {
    expect(
      resolved(tdx, [onOff("EnableTdx", { allowed: ["enabled", "disabled"] })], { EnableTdx: "disabled" }),
    ).toMatchObject({ value: "enabled" });
    expect(
      resolved({ ...tdx, values: [true] }, [{ name: "EnableTdx", type: "boolean", readOnly: false }], {
        EnableTdx: false,
      }),
    ).toMatchObject({ value: true });
    expect(resolved(asids, [number("CpuMinSevAsid", 1, 509)], { CpuMinSevAsid: 1 })).toMatchObject({ value: 100 });
  });

  it.each([
    [["1", "100", "509"], "100"],
    [["1", "253", "509"], "253"],
    [["1", "16"], "16"],
  ])("takes the nearest number of %j that does", (allowed, value) => {
    const registry = [onOff("CpuMinSevAsid", { allowed })];
    expect(resolved(asids, registry, { CpuMinSevAsid: "1" })).toMatchObject({ state: "write", value });
  });

  it.each([
    [1, 50, 50],
    [200, 509, 200],
  ])("takes the nearest number from %i to %i", (lowest, highest, value) => {
    expect(resolved(asids, [number("CpuMinSevAsid", lowest, highest)], { CpuMinSevAsid: 1 })).toMatchObject({ value });
  });

  it("holds at any number from its floor on", () => {
    expect(resolved(asids, [number("CpuMinSevAsid", 1, 509)], { CpuMinSevAsid: 128 })).toMatchObject({
      state: "holds",
    });
    expect(
      resolved(asids, [onOff("CpuMinSevAsid", { allowed: ["1", "253"] })], { CpuMinSevAsid: "253" }),
    ).toMatchObject({
      state: "holds",
    });
  });

  it("stops where the registry allows none of its values", () => {
    expect(resolved(asids, [onOff("CpuMinSevAsid", { allowed: ["Auto", "1"] })], { CpuMinSevAsid: "Auto" })).toEqual({
      state: "problem",
      problem: "value",
      message: "asids: CpuMinSevAsid takes Auto, 1, and 2 or more is wanted; it is Auto",
    });
    expect(resolved(asids, [number("CpuMinSevAsid", 0, 1)], { CpuMinSevAsid: 1 })).toMatchObject({ problem: "value" });
  });

  it("of a password is never written", () => {
    const registry: RegisteredAttribute[] = [{ name: "EnableTdx", type: "password", readOnly: false }];
    expect(resolved(tdx, registry, { EnableTdx: "" })).toMatchObject({ problem: "value" });
  });

  it("stops where it is read-only and not as wanted, and passes where it is", () => {
    const registry = [onOff("EnableTdx", { readOnly: true })];
    expect(resolved(tdx, registry, { EnableTdx: "Enabled" })).toMatchObject({ state: "holds" });
    expect(resolved(tdx, registry, { EnableTdx: "Disabled" })).toMatchObject({ problem: "read-only" });
  });

  it("that vanished after a restart is told from one that is not there", () => {
    expect(resolved(tdx, [onOff("EnableTdx")], {})).toMatchObject({ problem: "vanished" });
  });

  it("that is done once is not done again, whatever it reads back as", () => {
    const registry = [onOff("SgxFactoryReset", { allowed: ["On", "Off"] })];
    for (const SgxFactoryReset of ["On", "Off"]) {
      expect(resolved(reset, registry, { SgxFactoryReset })).toMatchObject({ state: "write", value: "On" });
      expect(resolved(reset, registry, { SgxFactoryReset }, ["reset"])).toEqual({ state: "holds" });
    }
  });

  it("of another variant is left out", () => {
    const where = { has: ["A"], lacks: ["B"] };
    expect(resolved({ ...tdx, where }, [onOff("EnableTdx")], {})).toEqual({
      state: "skipped",
      why: "for machines with A",
    });
    expect(resolved({ ...tdx, where }, [onOff("A"), onOff("B")], {})).toEqual({
      state: "skipped",
      why: "for machines without B",
    });
    expect(resolved({ ...tdx, where }, [onOff("A"), onOff("EnableTdx")], { EnableTdx: "Enabled" })).toMatchObject({
      state: "holds",
    });
  });
});

describe("a plan on one machine", () => {
  const plan: FirmwarePlan = {
    host: "rack-1",
    vendor: "dell",
    protocol: "redfish",
    tee: "tdx",
    stages: [
      { title: "TDX", settings: [tdx], appliedBy: "restart" },
      { title: "its loader", settings: [loader], appliedBy: "restart" },
    ],
    checks: [],
    notes: [],
  };
  const child = onOff("L", { displayName: "SEAM Loader", readOnly: true });

  it("lets a child wait while its parent is not in force, be it read-only, absent or without a value", () => {
    for (const [registry, current] of [
      [[onOff("EnableTdx"), child], { EnableTdx: "Disabled", L: "Disabled" }],
      [[onOff("EnableTdx"), child], { EnableTdx: "Disabled" }],
      [[onOff("EnableTdx")], { EnableTdx: "Disabled" }],
    ] as const) {
      const stages = resolvePlan(plan, machine([...registry], { ...current }));
      expect(stages.map(({ settings }) => settings.map(({ state }) => state))).toEqual([["write"], ["waits"]]);
      expect(problemsOf(stages)).toEqual([]);
    }
  });

  it("takes it for a problem when the parent is in force, and when its turn has come", () => {
    const stages = resolvePlan(plan, machine([onOff("EnableTdx"), child], { EnableTdx: "Enabled", L: "Disabled" }));
    expect(problemsOf(stages)).toEqual([
      'seam-loader: L ("SEAM Loader") is read-only and Disabled, and Enabled is wanted, although tdx should be in force by now',
    ]);
    const [, second] = plan.stages;
    if (!second) throw new Error("no second stage");
    const late = resolveStage(second, machine([child], { L: "Disabled" }));
    expect(problemsOf([late])).toHaveLength(1);
    expect(toWrite(late)).toEqual({});
  });

  it("says by the machine's own names what to write", () => {
    const [first] = resolvePlan(plan, machine([onOff("IntelTdx"), child], { IntelTdx: "Disabled", L: "Disabled" }));
    if (!first) throw new Error("no stage");
    expect(toWrite(first)).toEqual({ IntelTdx: "Enabled" });
  });
});
