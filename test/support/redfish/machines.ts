import type { AttributeValue, FirmwarePlan } from "../../../components/host/firmware/plan";
import { firmwarePlan } from "../../../components/host/firmware/firmwarePlan";
import { firmwareVendor } from "../../../components/host/firmware/vendors";
import { SimulatedMachine } from "./machine";
import type { MachineArgs, SimulatedAttribute } from "./machine";

export type VendorName = MachineArgs["vendor"];
export type Tee = "snp" | "tdx";

const cpus = { snp: "Genoa", tdx: "Emerald Rapids" } as const;

export function planFor(vendor: VendorName, tee: Tee): FirmwarePlan {
  return firmwarePlan({ name: "node-1", cpu: cpus[tee] }, firmwareVendor(vendor));
}

/** Names that this machine has, by id of setting. */
export function namesOf(plan: FirmwarePlan): ReadonlyMap<string, string> {
  const settings = plan.stages.flatMap(({ settings: ofStage }) => ofStage);
  return new Map(
    settings.filter(({ where }) => !where?.lacks).map(({ id, find }) => [id, find.names[0] ?? `Attr_${id}`]),
  );
}

/** SIMULATED: a machine at factory settings, whose attributes open one after the other as the plan expects. */
export function machineFor(plan: FirmwarePlan, more: Partial<MachineArgs> = {}): SimulatedMachine {
  const vendor = plan.vendor as VendorName;
  const names = namesOf(plan);
  const wanted = new Map(
    plan.stages.flatMap(({ settings }) => settings.map(({ id, values }) => [id, values[0] ?? "Enabled"] as const)),
  );
  const vanishing = firmwareVendor(vendor).redfish?.vanishing?.names ?? [];
  const attributes: Record<string, SimulatedAttribute> = {};
  for (const { id, find, values, after = [], once, where } of plan.stages.flatMap(({ settings }) => settings)) {
    const name = names.get(id);
    if (name === undefined || where?.lacks || name in attributes) continue;
    const number = values.every((value) => typeof value === "number");
    const off: AttributeValue = number ? 1 : `not ${String(values[0])}`;
    const isSplit = id === "key-split";
    attributes[name] = {
      display: find.displayName?.join(" of ") ?? name,
      type: number ? "Integer" : "Enumeration",
      ...(!number && { allowed: [String(off), ...values.map(String)] }),
      current: isSplit ? 0 : off,
      needs: Object.fromEntries(
        after.flatMap((parent) => {
          const parentName = names.get(parent);
          return parentName === undefined || parentName === name ? [] : [[parentName, wanted.get(parent) ?? "Enabled"]];
        }),
      ),
      ...(once && { once: { back: off } }),
      ...(vanishing.includes(name) && { vanishes: true }),
    };
  }
  return new SimulatedMachine({ vendor, cpu: plan.tee === "snp" ? "amd" : "intel", attributes, ...more });
}
