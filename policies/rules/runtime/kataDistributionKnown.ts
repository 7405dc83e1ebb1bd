import * as semver from "semver";
import { distributions } from "../../../components/runtime/kataValues";
import { rke2KataDeploy } from "../../examples/cluster";
import { chartVersion, kataReleases } from "../../kata";
import { bareMetal, resourceRule } from "../../rule";
import { issue } from "../../sources";

/** Until 4.1.0 the snapshotter's unit does not come back there when a host restarts. */
const rancher = ["k3s", "rke2"];
const mended = "4.1.0";
const pointer = "/values/k8sDistribution";
const path = "values.k8sDistribution";

export const kataDistributionKnown = resourceRule({
  id: "kata-distribution-known",
  title: "kata-deploy is told a Kubernetes distribution that its version can serve",
  pillar: "runtime",
  severity: "medium",
  threat:
    "The container runtime is configured where nobody looks, or loses its snapshotter at the next restart of the host: confidential pods stop starting.",
  remediation: `Write k8sDistribution: ${distributions.join(", ")}; on ${rancher.join(" and ")} install Kata ${mended} or newer.`,
  source: issue("kata-containers/kata-containers", 13482),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "pods do not start; availability is outside the architecture's promise" },
  looksAt: kataReleases,
  *check(release) {
    const distribution = release.values.at("k8sDistribution");
    if (!distribution.present) return;
    if (!distributions.some((known) => known === distribution.text))
      yield distribution.finding(`is none of ${distributions.join(", ")}`);
    else if (rancher.includes(distribution.text ?? "")) {
      const chart = chartVersion(release);
      if (chart && semver.lt(chart.version, mended))
        yield chart.place.finding(`loses its snapshotter on ${distribution.text} when a host restarts`);
    }
  },
  compliant: [rke2KataDeploy],
  breakages: [
    { mistake: "a distribution that Kata does not know", path: pointer, value: "openshift", expect: path },
    { mistake: "a distribution in capitals", path: pointer, value: "RKE2", expect: path },
    { mistake: "RKE2 with a Kata from before the fix", path: "/version", value: "4.0.0", expect: "version" },
  ],
});
