import { describe, expect, it } from "vitest";
import { planFileName, renderFirmwarePlan } from "../../components/host/firmware/planText";
import type { Resource } from "../../policies/rule";
import { firmwarePlanComplete } from "../../policies/rules/hardware/firmwarePlanComplete";
import { firmwarePlanStaged } from "../../policies/rules/hardware/firmwarePlanStaged";
import { firmwareRegistrationChosen } from "../../policies/rules/hardware/firmwareRegistrationChosen";
import { hostCpusOnline } from "../../policies/rules/hardware/hostCpusOnline";
import { combinations, planOf } from "../components/host/firmware/plans";

const rules = [firmwarePlanComplete, firmwarePlanStaged, firmwareRegistrationChosen];

const configMap = (text: string): Resource => ({
  type: "kubernetes:core/v1:ConfigMap",
  name: "plan",
  props: { metadata: { name: "plan" }, data: { [planFileName]: text } },
});

describe("firmware plans of this project", () => {
  it.each(combinations)("of %s for %s pass every rule about them", (vendor, tee) => {
    const resources = [configMap(renderFirmwarePlan(planOf(vendor, tee)))];
    for (const rule of rules)
      expect(rule.evaluate(resources), rule.id).toEqual({ applies: true, findings: [], unknown: [] });
  });

  it("pass where firmware registers by itself and says so", () => {
    const text = renderFirmwarePlan(planOf("dell", "tdx", { registration: "direct" }));
    expect(firmwareRegistrationChosen.evaluate([configMap(text)]).findings).toEqual([]);
    const unsaid = text.replace("registration: direct\n", "");
    expect(firmwareRegistrationChosen.evaluate([configMap(unsaid)]).findings).toMatchObject([
      { path: 'data["firmware-plan.yaml"]#stages[2].settings[4].values' },
    ]);
  });

  it.each(["", "{", "- a", "x: &a [*a]", "a: 1\n---\nb: 2\n"])("are refused once where they are none: %j", (text) => {
    expect(firmwarePlanComplete.evaluate([configMap(text)]).findings).toHaveLength(1);
    for (const rule of [firmwarePlanStaged, firmwareRegistrationChosen])
      expect(rule.evaluate([configMap(text)]).findings).toEqual([]);
  });

  it("are told from other ConfigMaps", () => {
    const other = { ...configMap(""), props: { metadata: { name: "x" }, data: { "plan.yaml": "a: 1" } } };
    for (const rule of rules) expect(rule.evaluate([other]).applies).toBe(false);
  });
});

describe("CPUs of hosts", () => {
  const unit = (contents: string): Resource => ({
    type: "kubernetes:machineconfiguration.openshift.io/v1:MachineConfig",
    name: "units",
    props: { spec: { config: { systemd: { units: [{ name: "a.service", contents }] } } } },
  });

  it.each([
    "ExecStart=/bin/sh -c 'echo off > /sys/devices/system/cpu/smt/control'",
    "ExecStart=/bin/sh -c 'echo forceoff | tee /sys/devices/system/cpu/smt/control'",
    "ExecStart=/bin/sh -c 'echo 0 > /sys/devices/system/cpu/cpu7/online'",
    "ExecStart=/bin/sh -c 'for c in /sys/devices/system/cpu/cpu[1-9]*; do echo 0 > $c/online; done'",
    "/sys/devices/system/cpu/cpu12/online = 0",
  ])("are not switched off by %s", (contents) => {
    expect(hostCpusOnline.evaluate([unit(contents)]).findings).toHaveLength(1);
  });

  it.each([
    "ExecStart=/bin/cat /sys/devices/system/cpu/smt/control",
    "ExecStart=/bin/sh -c 'echo on > /sys/devices/system/cpu/smt/control'",
    "ExecStart=/bin/sh -c 'echo 1 > /sys/devices/system/cpu/cpu7/online'",
    "ExecStart=/bin/sh -c 'echo 0 > /proc/sys/vm/swappiness; cat /sys/devices/system/cpu/online'",
  ])("are left alone by %s", (contents) => {
    expect(hostCpusOnline.evaluate([unit(contents)]).findings).toEqual([]);
  });
});
