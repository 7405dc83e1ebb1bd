import * as semver from "semver";
import { kataDeploy } from "../../examples/cluster";
import type { HelmRelease } from "../../helm";
import { kataChart, releases } from "../../helm";
import type { ChartVersion } from "../../kata";
import { chartVersion } from "../../kata";
import { bareMetal, resourceRule } from "../../rule";
import { page } from "../../sources";

/** Advisories on hosts and guests of Kata, with the first version that is mended; oldest first. */
const advisories = [
  { fixed: "3.26.0", id: "CVE-2026-24054", what: "a malformed image plugs the host's disk into a guest" },
  { fixed: "3.27.0", id: "CVE-2026-24834", what: "a container becomes root of its guest" },
  {
    fixed: "3.31.0",
    id: "GHSA-rr59-xxvx-96qr, CVE-2026-47243",
    what: "whoever places a pod mounts the host's root by annotation",
  },
] as const;

/** Charts that bring kata-deploy along, with the Kata that each version of theirs brings. */
const umbrella = "confidential-containers";
const umbrellaFloor = { fixed: "0.21.0", kata: "3.31.0" };

export const kataVersionPatched = resourceRule({
  id: "kata-version-patched",
  title: "kata-deploy installs a Kata whose known holes are mended",
  pillar: "runtime",
  severity: "high",
  threat: "A published hole lets a tenant's pod mount its host's file system, or a container take over its guest.",
  remediation: `Install Kata ${advisories[2].fixed} or newer; NVIDIA's reference architecture 1.1.0 names 4.0.0.`,
  source: page(
    "Kata Containers, security advisories",
    "https://github.com/kata-containers/kata-containers/security/advisories",
  ),
  platforms: bareMetal,
  claims: ["operators-as-pinned"],
  protects: ["modelOwner", "infrastructureProvider", "dataOwner"],
  boundary: { by: "measurement", how: "an old guest has another measurement; what the host runs is not measured" },
  looksAt: releases(kataChart, umbrella),
  *check(release) {
    const chart = chartVersion(release);
    if (release.chart === umbrella) {
      if (chart && semver.lt(chart.version, umbrellaFloor.fixed))
        yield chart.place.finding(`brings a Kata older than ${umbrellaFloor.kata}`);
      return;
    }
    for (const { place, version } of [chart, ...imageVersions(release)].filter((one) => one !== undefined)) {
      const hole = advisories.find(({ fixed }) => semver.lt(version, fixed));
      if (hole) yield place.finding(`is older than ${hole.fixed}: ${hole.what} (${hole.id})`);
    }
  },
  compliant: [kataDeploy],
  breakages: [
    { mistake: "a Kata from before the annotations were closed", path: "/version", value: "3.29.0", expect: "version" },
    { mistake: "a Kata of last year", path: "/version", value: "3.21.0", expect: "version" },
    {
      mistake: "an old installer under a new chart",
      path: "/values/image",
      value: { tag: "3.25.0" },
      expect: "values.image.tag",
    },
  ],
});

/** Images that a release puts in the place of the chart's own. */
function imageVersions({ values }: HelmRelease): ChartVersion[] {
  const image = values.at("image");
  return [image.at("tag"), image.at("reference")].flatMap((place) => {
    const tag = /(?:^|:)(\d+\.\d+\.\d+[\w.-]*)(?:@.*)?$/.exec(place.text ?? "")?.[1];
    return tag !== undefined && semver.valid(tag) !== null ? [{ place, version: tag }] : [];
  });
}
