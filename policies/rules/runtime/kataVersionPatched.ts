import * as semver from "semver";
import { advisories } from "../../advisories";
import { kataDeploy } from "../../examples/cluster";
import type { HelmRelease } from "../../helm";
import { kataChart, releases } from "../../helm";
import type { ChartVersion } from "../../kata";
import { chartVersion } from "../../kata";
import { bareMetal, resourceRule } from "../../rule";
import { page } from "../../sources";

/** By which a pod gets at its host or a container at its guest, whatever else is in use; oldest first. */
const counted = ["CVE-2026-24054", "CVE-2026-24834", "CVE-2026-47243", "GHSA-rr59-xxvx-96qr"];
const holes = advisories
  .filter(({ id }) => counted.includes(id))
  .sort((a, b) => semver.compare(a.fixed, b.fixed) || counted.indexOf(a.id) - counted.indexOf(b.id));
const mended = holes.at(-1)?.fixed ?? "";

/** Charts that bring kata-deploy along, with the Kata that each version of theirs brings. */
const umbrella = "confidential-containers";
const umbrellaFloor = { fixed: "0.21.0", kata: "3.31.0" };

export const kataVersionPatched = resourceRule({
  id: "kata-version-patched",
  title: "kata-deploy installs a Kata whose known holes are mended",
  pillar: "runtime",
  severity: "high",
  threat: "A published hole lets a tenant's pod mount its host's file system, or a container take over its guest.",
  remediation: `Install Kata ${mended} or newer; NVIDIA's reference architecture 1.1.0 names 4.0.0.`,
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
      const first = holes.find(({ fixed }) => semver.lt(version, fixed));
      if (!first) continue;
      const of = holes.filter(({ fixed }) => fixed === first.fixed).map(({ what, id }) => `${what} (${id})`);
      yield place.finding(`is older than ${first.fixed}: ${of.join("; ")}`);
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
