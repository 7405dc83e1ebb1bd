import { platformSetNames, platformSets } from "../../../components/platform";
import type { PlatformVersions } from "../../../components/platform";
import { gpuOperator, kataDeploy, nodeFeatureDiscovery } from "../../examples/cluster";
import { gpuOperatorChart, kataChart, nodeFeatureChart, releases } from "../../helm";
import type { ChartVersion } from "../../kata";
import { chartVersion } from "../../kata";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

type ChartKey = Extract<keyof PlatformVersions, "kata" | "gpuOperator" | "nfd">;
const charts: Readonly<Record<string, ChartKey>> = {
  [kataChart]: "kata",
  [gpuOperatorChart]: "gpuOperator",
  [nodeFeatureChart]: "nfd",
};
const installed = releases(...Object.keys(charts));
const sets = platformSetNames.map((name) => platformSets[name].versions);

export const versionsTestedTogether = stackRule({
  id: "versions-tested-together",
  title: "GPU Operator, kata-deploy and Node Feature Discovery are of one tested set of versions",
  pillar: "cluster",
  severity: "medium",
  threat:
    "Device names that one version writes are unknown to another, and no GPU reaches a guest; or the guest is one that nobody computed values for.",
  remediation: `Install the versions of one platform set: ${platformSetNames.map((name) => `${name} (kata-deploy ${platformSets[name].versions.kata}, GPU Operator ${platformSets[name].versions.gpuOperator}, NFD ${platformSets[name].versions.nfd})`).join(" or ")}.`,
  source: nvidiaDocs("supported-platforms"),
  platforms,
  claims: ["operators-as-pinned"],
  baseline: "advisory",
  boundary: {
    by: "measurement",
    how: "a guest of another Kata has another measurement; device names are not measured",
  },
  kinds: installed.kinds,
  *select(resource) {
    for (const release of installed.select(resource)) {
      const version = chartVersion(release);
      const key = charts[release.chart];
      if (version && key) yield { key, ...version };
    }
  },
  *check({ key, place, version }, all) {
    const own = sets.filter((set) => isSame(set[key], version));
    if (own.length === 0) yield place.finding("is in no platform set");
    else {
      const others = [...versionsOf(all)].filter((other) => other.key !== key);
      const fits = own.some((set) => others.every((other) => isSame(set[other.key], other.version)));
      const odd = others.find((other) => !own.some((set) => isSame(set[other.key], other.version)));
      if (!fits && odd) yield place.finding(`is of another platform set than ${odd.chart} ${odd.version}`);
    }
  },
  compliant: [kataDeploy, gpuOperator, nodeFeatureDiscovery],
  breakages: [
    { mistake: "a GPU Operator between two sets", resource: 1, path: "/version", value: "v26.3.3", expect: "version" },
    {
      mistake: "the newest GPU Operator with an older Kata",
      resource: 1,
      path: "/version",
      value: "v26.7.0",
      expect: "version",
    },
  ],
});

interface Installed extends ChartVersion {
  readonly key: ChartKey;
  readonly chart: string;
}

function* versionsOf(all: readonly Resource[]): Iterable<Installed> {
  for (const resource of all)
    for (const release of installed.select(resource)) {
      const version = chartVersion(release);
      const key = charts[release.chart];
      if (version && key) yield { key, chart: release.chart, ...version };
    }
}

const isSame = (set: string, version: string): boolean => set.replace(/^v/, "") === version;
