import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { catalogEntry } from "../../components/catalog";
import { devicePluginValues } from "../../components/host/intel/tdxAttestationHost";
import type { PlatformSetName } from "../../components/platform";
import { platformSetNames, platformSets } from "../../components/platform";
import type { OperatorChart } from "../support/chartValues";
import {
  chartCases,
  componentValues,
  nodeValues,
  peerPodsOnAzure,
  peerPodsOnGcp,
  peerPodsValuesOf,
} from "../support/chartValues";
import { sampleHost } from "../support/hosts";
import { standInCharts } from "../support/placement";
import { absence, upstream } from "../support/upstream";
import type { Values } from "../support/valueKeys";
import { isMap, unknownKeys } from "../support/valueKeys";

/** Keys that a chart reads and its values.yaml shows only in a comment, and that comment. */
const commentedKeys: Record<OperatorChart, Record<string, RegExp>> = {
  "node-feature-discovery": { "image.tag": /^ +# tag, if defined will use the given image tag/m },
  "gpu-operator": {
    "operator.version": /^operator:\n(?: .*\n)*? +#version: ""/m,
    "validator.version": /^validator:\n(?: .*\n)*? +#version: ""/m,
  },
  "kata-deploy": Object.fromEntries(
    ["", "-snp", "-tdx"].flatMap((suffix) =>
      ["dropIn", "runtimeClass.overhead", "runtimeClass.overheadEnabled"].map((key) => [
        `shims.qemu-nvidia-gpu${suffix}.${key}`,
        new RegExp(`^# +${key.split(".").at(-1)}:`, "m"),
      ]),
    ),
  ),
};

const cases = chartCases.map((each) => ({ ...each, file: `${each.chart}/values-${each.version}.yaml` }));

const peerPodsFile = "peerpods/values-0.4.0.yaml";
const kataFile = "kata-deploy/values-4.0.0.yaml";

/** A chart's values with those of the charts that it brings, each under its name. */
function mergedUnder(own: Values, charts: Readonly<Record<string, Values>>): Values {
  return Object.fromEntries(
    Object.entries(charts).map(([name, values]) => [name, { ...values, ...(own[name] as Values | undefined) }]),
  );
}

/** Timeouts that differ from the default, and a host whose switches are bound: everything that can be set is set. */
function ourValues(chart: OperatorChart, set: PlatformSetName): Values {
  const timeouts = { kubeletSeconds: 2400, shimSeconds: 2400, agentSeconds: 2400 };
  return componentValues(chart, set, { hosts: [sampleHost({ ccMode: "ppcie" })], timeouts });
}

function published(file: string): { text: string; values: Values } {
  const text = readFileSync(upstream(file) ?? "", "utf8");
  return { text, values: parse(text) as Values };
}

/** Keys that are neither in the published values nor in their comments. */
function foreignKeys(ours: Values, chart: OperatorChart, file: string): string[] {
  const { text, values } = published(file);
  return unknownKeys(ours, values).filter((key) => !commentedKeys[chart][key]?.test(text));
}

describe("values that components set", () => {
  for (const { set, chart, version, file } of cases)
    it.skipIf(!upstream(file))(`are keys of ${chart} ${version}${absence(file)}`, () => {
      expect(foreignKeys(ourValues(chart, set), chart, file)).toEqual([]);
    });

  for (const { set, chart, version, file } of cases)
    if (chart !== "kata-deploy")
      it.skipIf(!upstream(file))(`on nodes of a cloud are keys of ${chart} ${version}, too${absence(file)}`, () => {
        expect(foreignKeys(nodeValues(chart, set), chart, file)).toEqual([]);
      });

  it.skipIf(!upstream(peerPodsFile) || !upstream(kataFile))(
    `of peer pods are keys of peerpods 0.4.0, of its charts and of kata-deploy 4.0.0${absence(peerPodsFile)}`,
    () => {
      const { "kata-deploy": ofKata, ...own } = published(peerPodsFile).values;
      const charts = {
        resourceCtrl: published("peerpods/peerpod-ctrl-values-0.4.0.yaml").values,
        webhook: published("peerpods/webhook-values-0.4.0.yaml").values,
        "kata-deploy": { ...published(kataFile).values, ...(ofKata as Values) },
      };
      for (const [settings, file] of [
        [peerPodsOnAzure, "azure"],
        [peerPodsOnGcp, "gcp"],
      ] as const) {
        const { providerConfigs, ...ours } = peerPodsValuesOf(settings);
        const { shims, ...kata } = ours["kata-deploy"] as { shims: Values };
        expect(Object.keys(shims)).toEqual(["disableAll", "remote"]);
        expect(unknownKeys({ ...ours, "kata-deploy": kata }, { ...own, ...mergedUnder(own, charts) })).toEqual([]);
        // Most variables stand in comments there.
        const text = readFileSync(upstream(`peerpods/${file}.yaml`) ?? "", "utf8");
        for (const name of Object.keys((providerConfigs as Record<string, Values>)[file] ?? {}))
          expect(text, name).toMatch(new RegExp(`^ +(# )?${name}: `, "m"));
      }
    },
  );

  const reference = "kata-deploy/nvidia-reference-values.yaml";
  it.skipIf(!upstream(reference))(
    `leave out nfd.enabled, which NVIDIA's sample sets to no effect${absence(reference)}`,
    () => {
      const sample = parse(readFileSync(upstream(reference) ?? "", "utf8")) as Values;
      for (const version of ["4.0.0", "4.1.0"])
        expect(foreignKeys(sample, "kata-deploy", `kata-deploy/values-${version}.yaml`)).toEqual(["nfd"]);
    },
  );

  it.skipIf(!upstream(reference))(`say of each shim what NVIDIA's sample says${absence(reference)}`, () => {
    const sample = parse(readFileSync(upstream(reference) ?? "", "utf8")) as { shims: Record<string, Values> };
    for (const set of platformSetNames) {
      const { shims } = ourValues("kata-deploy", set) as { shims: Record<string, Values> };
      expect(shims).toMatchObject(sample.shims);
      expect(Object.keys(shims).sort()).toEqual(Object.keys(sample.shims).sort());
    }
  });
});

describe("the catalog's operand images", () => {
  const operands = {
    toolkit: "images/container-toolkit",
    devicePlugin: "images/k8s-device-plugin",
    gfd: "images/k8s-device-plugin",
    ccManager: "images/k8s-cc-manager",
    vfioManager: "images/k8s-driver-manager",
    kataSandboxDevicePlugin: "images/nvidia-sandbox-device-plugin",
  } as const;
  for (const { set, chart, version, file } of cases.filter(({ chart }) => chart === "gpu-operator"))
    it.skipIf(!upstream(file))(`are those of ${chart} ${version}${absence(file)}`, () => {
      const { values } = published(file) as { values: Record<string, Record<string, string>> };
      for (const [operand, image] of Object.entries(operands)) {
        const { repository, versions } = catalogEntry(image);
        expect(versions[set], operand).toBe(values[operand]?.version);
        expect(repository, operand).toBe(`${values[operand]?.repository}/${values[operand]?.image}`);
      }
      for (const operand of ["operator", "validator"])
        expect(catalogEntry("images/gpu-operator").repository).toBe(
          `${values[operand]?.repository}/${values[operand]?.image}`,
        );
    });

  const kataVersions = "kata-deploy/versions-4.0.0.yaml";
  it.skipIf(!upstream(kataVersions))(`of Trustee are those that Kata names${absence(kataVersions)}`, () => {
    const { externals } = parse(readFileSync(upstream(kataVersions) ?? "", "utf8")) as {
      externals: Record<string, { version: string }>;
    };
    expect(platformSets["ra-1.1.0"].versions.trustee).toBe(externals["coco-trustee"]?.version);
    expect(catalogEntry("images/trustee-kbs").versions["ra-1.1.0"]).toBe(externals["coco-trustee"]?.version);
  });
});

describe("stand-in charts", () => {
  for (const { set, chart, version, file } of cases) {
    const folder = join(standInCharts, `${chart}-${version}`);
    const schema = JSON.parse(readFileSync(join(folder, "values.schema.json"), "utf8")) as Schema;
    const defaults = parse(readFileSync(join(folder, "values.yaml"), "utf8")) as Values;
    const accepts = new Ajv({ strict: false }).compile(schema);

    it(`${chart}-${version} accepts its own defaults and what components set`, () => {
      expect(accepts(defaults), JSON.stringify(accepts.errors)).toBe(true);
      expect(accepts(ourValues(chart, set)), JSON.stringify(accepts.errors)).toBe(true);
      if (chart !== "kata-deploy") expect(accepts(nodeValues(chart, set)), JSON.stringify(accepts.errors)).toBe(true);
    });

    it(`${chart}-${version} refuses a key that it does not know, at every level`, () => {
      for (const path of mapsOf(schema, schema)) {
        const values = path.reduceRight<Values>((inner, key) => ({ [key]: inner }), { misspelt: true });
        expect(accepts(values), path.join(".")).toBe(false);
      }
    });

    it.skipIf(!upstream(file))(`${chart}-${version} knows no key that the real chart has not${absence(file)}`, () => {
      expect(foreignKeys(exampleOf(schema, schema) as Values, chart, file)).toEqual([]);
    });

    it.skipIf(!upstream(file))(`${chart}-${version} has the real chart's defaults${absence(file)}`, () => {
      const { values } = published(file);
      expect(departures(defaults, values)).toEqual([]);
    });
  }
});

describe("the stand-in chart of peer pods", () => {
  const folder = join(standInCharts, "peerpods-0.4.0");
  const accepts = new Ajv({ strict: false }).compile(
    JSON.parse(readFileSync(join(folder, "values.schema.json"), "utf8")) as Schema,
  );
  const defaults = parse(readFileSync(join(folder, "values.yaml"), "utf8")) as Values;

  it("accepts its own defaults and what the component sets, and no other key", () => {
    for (const values of [defaults, peerPodsValuesOf(peerPodsOnAzure), peerPodsValuesOf(peerPodsOnGcp)])
      expect(accepts(values), JSON.stringify(accepts.errors)).toBe(true);
    for (const values of [{ limit: "10" }, { secrets: { tlsCerts: {} } }, { providerSecrets: {} }])
      expect(accepts(values)).toBe(false);
  });

  it.skipIf(!upstream(peerPodsFile))(`has the real chart's defaults${absence(peerPodsFile)}`, () => {
    const { resourceCtrl, webhook, "kata-deploy": kata, ...own } = defaults;
    const { "kata-deploy": theirs, ...values } = published(peerPodsFile).values;
    expect(departures(own, { providerConfigs: {}, ...values })).toEqual([]);
    expect(
      departures(resourceCtrl as Values, {
        enabled: true,
        ...published("peerpods/peerpod-ctrl-values-0.4.0.yaml").values,
      }),
    ).toEqual([]);
    expect(
      departures(webhook as Values, { enabled: true, ...published("peerpods/webhook-values-0.4.0.yaml").values }),
    ).toEqual([]);
    expect((kata as Values).enabled).toBe((theirs as Values).enabled);
  });
});

describe("the stand-in chart of Intel's device plugins", () => {
  const folder = join(standInCharts, "intel-device-plugins-operator-0.36.0");
  const accepts = new Ajv({ strict: false }).compile(
    JSON.parse(readFileSync(join(folder, "values.schema.json"), "utf8")) as Schema,
  );

  it("accepts its own defaults and what the component sets, and no other key", () => {
    const defaults = parse(readFileSync(join(folder, "values.yaml"), "utf8")) as Values;
    for (const values of [defaults, devicePluginValues("docker.io/intel/intel-deviceplugin-operator", "0.36.0")])
      expect(accepts(values), JSON.stringify(accepts.errors)).toBe(true);
    for (const values of [{ manager: { devices: { gpu: true } } }, { privateRegistry: { registrySecret: "x" } }])
      expect(accepts(values)).toBe(false);
  });
});

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

function resolved(schema: Schema, root: Schema): Schema {
  return schema.$ref ? (root.definitions?.[schema.$ref.replace("#/definitions/", "")] ?? {}) : schema;
}

/** A structure with every key that a schema names. */
function exampleOf(schema: Schema, root: Schema): unknown {
  const { properties } = resolved(schema, root);
  if (!properties) return "any";
  return Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, exampleOf(inner, root)]));
}

/** Paths of all maps whose keys a schema names. */
function mapsOf(schema: Schema, root: Schema, path: readonly string[] = []): (readonly string[])[] {
  const { properties } = resolved(schema, root);
  if (!properties) return [];
  return [path, ...Object.entries(properties).flatMap(([key, inner]) => mapsOf(inner, root, [...path, key]))];
}

/**
 * Defaults that differ from the published ones. The empty string stands for a key that the real chart leaves out, and an
 * empty map for one whose content the stand-in does not read.
 */
function departures(defaults: Values, values: Values, path: readonly string[] = []): string[] {
  return Object.entries(defaults).flatMap(([key, value]) => {
    const here = [...path, key];
    const theirs = values[key];
    if (isMap(value) && isMap(theirs)) return departures(value, theirs, here);
    if (value === "" || (isMap(value) && Object.keys(value).length === 0)) return theirs ? [here.join(".")] : [];
    return JSON.stringify(value) === JSON.stringify(theirs) ? [] : [here.join(".")];
  });
}
