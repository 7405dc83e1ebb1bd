import { gpuOperator, nodeFeatureDiscovery, orderedKataDeploy } from "../../examples/cluster";
import type { HelmRelease } from "../../helm";
import { gpuOperatorChart, kataChart, nodeFeatureChart, releases } from "../../helm";
import type { Resource } from "../../rule";
import { bareMetal, stackRule } from "../../rule";
import { issue, repositories } from "../../sources";

const kata = releases(kataChart);

export const kataAfterNodeFeatures = stackRule({
  id: "kata-after-node-features",
  title: "kata-deploy is installed after the one Node Feature Discovery of the cluster",
  pillar: "cluster",
  severity: "high",
  threat:
    "Without CRDs to write its rules into, kata-deploy leaves them out: no host is ever labelled as SEV-SNP or TDX, and confidential pods wait for ever.",
  remediation:
    "Install node-feature-discovery by a release of its own, let kata-deploy depend on it, and write nfd.enabled: false for the GPU Operator.",
  source: issue(repositories.kata, 13836),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "availability is outside the architecture's promise" },
  kinds: kata.kinds,
  select: (resource) => kata.select(resource),
  *check(release, all) {
    const own = release.values.at("node-feature-discovery", "enabled");
    const others = [...bringers(all)];
    const first = others[0];
    if (own.value === true) {
      if (first) yield own.finding(`installs a second Node Feature Discovery beside that of ${first.resource.name}`);
      return;
    }
    // None in this stack: another one may have installed it.
    const second = others[1];
    const bare = others.find(({ body }) => body.at("skipCrds").value === true);
    if (bare)
      yield release.body.finding(`needs the definitions that ${bare.resource.name} is told to leave out (skipCrds)`);
    if (second)
      yield release.body.finding(
        `${first?.resource.name} and ${second.resource.name} both bring Node Feature Discovery`,
      );
    else if (first && !release.resource.dependsOn?.includes(first.resource.urn ?? ""))
      yield release.body.finding(`does not depend on ${first.resource.name}, which brings Node Feature Discovery`);
  },
  compliant: [orderedKataDeploy, nodeFeatureDiscovery, gpuOperator],
  breakages: [
    { mistake: "no order", path: "dependsOn", value: [], expect: "" },
    {
      mistake: "a second one of its own",
      path: "/values/node-feature-discovery/enabled",
      value: true,
      expect: "values.node-feature-discovery.enabled",
    },
    { mistake: "NFD without its definitions", resource: 1, path: "/skipCrds", value: true, expect: "" },
    {
      mistake: "the GPU Operator's copy left on",
      resource: 2,
      path: "/values/nfd/enabled",
      remove: true,
      expect: "",
    },
  ],
});

/** Releases that install Node Feature Discovery: its own chart, and the GPU Operator's unless told not to. */
function* bringers(all: readonly Resource[]): Iterable<HelmRelease> {
  for (const resource of all) {
    yield* releases(nodeFeatureChart).select(resource);
    for (const release of releases(gpuOperatorChart).select(resource))
      if (release.values.at("nfd", "enabled").value !== false) yield release;
  }
}
