import { describe, expect, it } from "vitest";
import { platformSetNames } from "../../../components/platform";
import type { Resource } from "../../../policies/rule";
import { appliesTo } from "../../../policies/isolation";
import { rules as allRules } from "../../../policies/rules";
import {
  componentValues,
  nodeValues,
  peerPodsOnAzure,
  peerPodsOnGcp,
  peerPodsValuesOf,
  standIn,
} from "../../support/chartValues";
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

  it.each(["gpu-operator", "node-feature-discovery"] as const)(
    "on nodes that are TEEs themselves violate no rule for these: %s",
    async (chart) => {
      const resources = (await template(standIn(chart, set), nodeValues(chart, set))).map(resourceOf);
      const asked = allRules.filter((rule) => rule.scope === "resource" && appliesTo(rule, "node"));
      const found = asked.flatMap((rule) => rule.evaluate(resources).findings.map(({ path }) => [rule.id, path]));
      expect(found).toEqual([]);
      if (chart === "gpu-operator") {
        const looking = asked.filter((rule) => rule.evaluate(resources).applies).map(({ id }) => id);
        expect(looking).toEqual(expect.arrayContaining(["node-gpu-operator", "node-gpu-whole", "cloud-driver-floor"]));
      }
    },
  );

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

describe("objects of the stand-in chart of peer pods", () => {
  it.each([peerPodsOnAzure, peerPodsOnGcp])("violate no rule on $cloud.kind, and are looked at", async (settings) => {
    const resources = (await template("peerpods-0.4.0", peerPodsValuesOf(settings))).map(resourceOf);
    const asked = allRules.filter((rule) => rule.scope === "resource" && appliesTo(rule, "node"));
    expect(asked.flatMap((rule) => rule.evaluate(resources).findings.map(({ path }) => [rule.id, path]))).toEqual([]);
    const looking = asked.filter((rule) => rule.evaluate(resources).applies).map(({ id }) => id);
    expect(looking).toContain("peer-pods-confidential");
  });

  it("are not made with credentials in Helm's history", async () => {
    const values = { ...peerPodsValuesOf(peerPodsOnAzure), secrets: { mode: "create" } };
    await expect(template("peerpods-0.4.0", values)).rejects.toThrow(/write reference/);
  });
});
