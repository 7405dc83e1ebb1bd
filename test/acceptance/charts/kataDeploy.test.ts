import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { platformSetNames } from "../../../components/platform";
import { expectedRuntimeClasses, nvidiaShims } from "../../../components/runtime/runtimeClasses";
import { componentValues, standIn } from "../../support/chartValues";
import type { Rendered, TemplateOptions } from "./helm";
import { nfdApi, ofKind, template } from "./helm";

type RuntimeClass = Rendered & {
  handler: string;
  overhead: { podFixed: Record<string, string> };
  scheduling: { nodeSelector: Record<string, string> };
};
const withNfd: TemplateOptions = { apiVersions: [nfdApi] };
const plainOverhead = { memory: "10240Mi", cpu: "1.0" };

describe.each(platformSetNames)("kata-deploy's stand-in in platform set %s", (set) => {
  const chart = standIn("kata-deploy", set);
  const values = componentValues("kata-deploy", set);

  it("brings the runtime classes that are expected, and no other", async () => {
    const classes = ofKind(await template(chart, values, withNfd), "RuntimeClass") as RuntimeClass[];
    const shown = classes.map(({ metadata, handler, overhead, scheduling }) => ({
      name: metadata.name,
      handler,
      overhead: overhead.podFixed,
      nodeSelector: scheduling.nodeSelector,
    }));
    expect(shown).toEqual(expectedRuntimeClasses(set));
  });

  it("teaches NFD the labels that the classes select and the keys that they are charged with", async () => {
    const [rule, ...others] = ofKind(await template(chart, values, withNfd), "NodeFeatureRule");
    expect(others).toEqual([]);
    expect(rule?.metadata.name).toBe(set === "ra-1.1.0" ? "amd64-tee-keys" : "kata-tee-keys");
    expect(rule?.spec).toEqual({
      rules: [
        {
          name: "amd.sev-snp",
          labels: { "amd.feature.node.kubernetes.io/snp": "true" },
          extendedResources: { "sev-snp.amd.com/esids": "@cpu.security.sev.encrypted_state_ids" },
          matchFeatures: [{ feature: "cpu.security", matchExpressions: { "sev.snp.enabled": { op: "Exists" } } }],
        },
        {
          name: "intel.tdx",
          labels: { "intel.feature.node.kubernetes.io/tdx": "true" },
          extendedResources: { "tdx.intel.com/keys": "@cpu.security.tdx.total_keys" },
          matchFeatures: [{ feature: "cpu.security", matchExpressions: { "tdx.enabled": { op: "Exists" } } }],
        },
      ],
    });
  });

  it("runs where GPUs are passed through and nowhere that is no simulated host", async () => {
    const [daemonSet] = ofKind(await template(chart, values, withNfd), "DaemonSet");
    expect(daemonSet).toMatchObject({
      metadata: { name: "kata-deploy" },
      spec: {
        template: {
          spec: {
            nodeSelector: {
              "nvidia.com/gpu.workload.config": "vm-passthrough",
              "trustfoundry.dev/simulated": "true",
            },
            tolerations: [
              { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" },
              { key: "trustfoundry.dev/tenant", operator: "Exists", effect: "NoSchedule" },
            ],
          },
        },
      },
    });
  });

  it("hands each shim's drop-in on as valid TOML", async () => {
    const [map] = ofKind(await template(chart, values, withNfd), "ConfigMap") as (Rendered & {
      data: Record<string, string> | null;
    })[];
    const files = Object.keys(map?.data ?? {}).sort();
    expect(files).toEqual(set === "ra-1.1.0" ? nvidiaShims.map((shim) => `dropin-${shim}.toml`).sort() : []);
    for (const text of Object.values(map?.data ?? {})) expect(parse(text)).toHaveProperty("hypervisor.qemu");
  });

  it("refuses a key that the real chart has not, such as NVIDIA's nfd.enabled", async () => {
    await expect(template(chart, { ...values, nfd: { enabled: false } })).rejects.toThrow(
      /additional properties 'nfd' not allowed/,
    );
  });
});

// facts: kata-deploy 4.0.0 applies the rule when it starts, if NFD's CRD exists; 4.1.0 renders it with the chart.
describe("kata-deploy's stand-in without NFD", () => {
  it("leaves rule and keys out on 4.0.0, and says so", async () => {
    const objects = await template(standIn("kata-deploy", "ra-1.1.0"), componentValues("kata-deploy", "ra-1.1.0"));
    expect(ofKind(objects, "NodeFeatureRule")).toEqual([]);
    for (const { overhead } of ofKind(objects, "RuntimeClass") as RuntimeClass[])
      expect(overhead.podFixed).toEqual(plainOverhead);
    // Nobody acts out labels of a rule that is not there.
    expect(ofKind(objects, "Stage").map(({ metadata }) => metadata.name)).not.toContain("simulated-nfd-snp");
  });

  it("renders the rule on 4.1.0 all the same, so that a cluster without its CRD refuses the release", async () => {
    const objects = await template(standIn("kata-deploy", "newest"), componentValues("kata-deploy", "newest"));
    expect(ofKind(objects, "NodeFeatureRule")).toHaveLength(1);
  });

  it("leaves it out on 4.1.0 when told `auto`, as the real chart does without a cluster to look at", async () => {
    const values = { ...componentValues("kata-deploy", "newest"), nodeFeatureRules: { create: "auto" } };
    const chart = standIn("kata-deploy", "newest");
    expect(ofKind(await template(chart, values), "NodeFeatureRule")).toEqual([]);
    expect(ofKind(await template(chart, values, withNfd), "NodeFeatureRule")).toHaveLength(1);
  });
});

describe("debugging", () => {
  it("adds classes of their own on 4.1.0, which have another measurement", async () => {
    const names = async (set: "ra-1.1.0" | "newest") =>
      ofKind(
        await template(standIn("kata-deploy", set), { ...componentValues("kata-deploy", set), debug: true }, withNfd),
        "RuntimeClass",
      ).filter(({ metadata }) => metadata.name.endsWith("-debug")).length;
    expect(await names("ra-1.1.0")).toBe(0);
    expect(await names("newest")).toBe(nvidiaShims.length);
  });
});
