import * as semver from "semver";
import { newestKataDeploy, protectedPcieNode } from "../../examples/cluster";
import { someKnown } from "../../evaluate";
import { ccModesAsked } from "../../hosts";
import { chartVersion, kataReleases } from "../../kata";
import { bareMetal, stackRule } from "../../rule";
import { issue, repositories } from "../../sources";

/** Older ones do not pass NVSwitches on. */
const since = "4.1.0";

export const ppcieNeedsKata = stackRule({
  id: "ppcie-needs-kata",
  title: `Hosts in protected PCIe mode run Kata ${since} or newer`,
  pillar: "hardware",
  severity: "high",
  threat:
    "Kata filters the NVSwitches out: eight GPUs start without NVLink between them, and their set cannot be attested as one.",
  remediation: `Install kata-deploy ${since} or newer (platform set newest), or write nvidia.com/cc.mode: on and pass GPUs one by one.`,
  source: issue(repositories.kata, 13430),
  platforms: bareMetal,
  claims: ["gpu-genuine"],
  boundary: { by: "keyBroker", how: "the release's policy counts eight GPUs and four switches in the evidence" },
  kinds: kataReleases.kinds,
  select: (resource) => kataReleases.select(resource),
  *check(release, all) {
    const chart = chartVersion(release);
    if (!chart || semver.gte(chart.version, since)) return;
    if (someKnown(ccModesAsked(all), (mode) => mode.text === "ppcie"))
      yield chart.place.finding("passes no NVSwitches, and a host of this stack is in mode ppcie");
  },
  compliant: [newestKataDeploy, protectedPcieNode],
  breakages: [{ mistake: "eight Hopper GPUs under Kata 4.0.0", path: "/version", value: "4.0.0", expect: "version" }],
});
