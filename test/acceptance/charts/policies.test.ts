import { describe, expect, it } from "vitest";
import { platformSetNames } from "../../../components/platform";
import type { Resource } from "../../../policies/rule";
import { appliesTo } from "../../../policies/isolation";
import { rules as allRules } from "../../../policies/rules";
import { componentValues, standIn } from "../../support/chartValues";
import type { Rendered } from "./helm";
import { nfdApi, template } from "./helm";

// A preview sees a chart's values; the cluster gets the objects that the chart makes of them, which rules hold for, too.

const charts = ["gpu-operator", "kata-deploy", "node-feature-discovery"] as const;

const rules = allRules.filter((rule) => appliesTo(rule, "pod"));

function resourceOf(object: Rendered): Resource {
  const group = object.apiVersion.includes("/") ? object.apiVersion : `core/${object.apiVersion}`;
  return { type: `kubernetes:${group}:${object.kind}`, name: object.metadata.name, props: { ...object } };
}

describe.each(platformSetNames)("objects of stand-in charts in platform set %s", (set) => {
  it.each(charts)("violate no rule: %s", async (chart) => {
    const objects = await template(standIn(chart, set), componentValues(chart, set), { apiVersions: [nfdApi] });
    const resources = objects.map(resourceOf);
    for (const rule of rules.filter(({ scope }) => scope === "resource"))
      expect(
        rule.evaluate(resources).findings.map(({ resource, path, message }) => [rule.id, resource.name, path, message]),
      ).toEqual([]);
  });

  it("are what the rules for a GPU Operator and its runtime classes look at", async () => {
    const all = await Promise.all(
      charts.map((chart) => template(standIn(chart, set), componentValues(chart, set), { apiVersions: [nfdApi] })),
    );
    const resources = all.flat().map(resourceOf);
    const looking = rules.filter((rule) => rule.evaluate(resources).applies).map(({ id }) => id);
    expect(looking).toEqual(
      expect.arrayContaining([
        "cc-manager-on",
        "gpu-operands-run",
        "gpu-operator-kata-mode",
        "gpu-not-shared",
        "runtime-class-overhead",
        "runtime-class-selects-tee",
      ]),
    );
  });
});
