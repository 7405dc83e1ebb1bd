import { gpuOperator, kataDeploy } from "../../examples/cluster";
import { helmReleases } from "../../helm";
import { platforms, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

/** One version, not a range: no `^`, `~`, `x`, `*`, comparisons, and no name such as latest. */
const exact = /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/;

export const chartsPinned = resourceRule({
  id: "charts-pinned",
  title: "Charts are installed in one exact version",
  pillar: "cluster",
  severity: "high",
  threat:
    "The next update brings another operator, guest and measurement: no release is recognised any more, or code runs on the hosts that nobody looked at.",
  remediation: "Write the chart's version in full, e.g. version: 4.0.0, or name the chart by digest.",
  source: issue(repositories.kata, 12549),
  platforms,
  claims: ["operators-as-pinned"],
  boundary: {
    by: "measurement",
    how: "another guest image has another measurement; the host's operators are not measured",
  },
  looksAt: helmReleases,
  *check({ body }) {
    const chart = body.at("chart");
    const named = chart.text ?? "";
    // A folder or an archive of this checkout changes only with it.
    const remote = body.at("repositoryOpts", "repo").present || /^(oci|https?):\/\//.test(named);
    const version = body.at("version");
    if (/@sha256:[0-9a-f]{64}$/.test(named)) return;
    if (version.present ? !exact.test(version.text ?? "") : remote && !/-v?\d+\.\d+\.\d+[^/]*\.tgz$/.test(named))
      yield version.finding("is no exact version");
  },
  compliant: [gpuOperator, kataDeploy],
  breakages: [
    { mistake: "whatever is newest", path: "/version", remove: true, expect: "version" },
    { mistake: "a range", path: "/version", value: "^26.3.0", expect: "version" },
    { mistake: "any patch", path: "/version", value: "v26.3.x", expect: "version" },
    { mistake: "newest from an OCI registry", resource: 1, path: "/version", remove: true, expect: "version" },
  ],
});
