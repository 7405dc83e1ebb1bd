import * as semver from "semver";
import { newestKataDeploy } from "../../examples/cluster";
import { chartVersion, kataReleases } from "../../kata";
import { bareMetal, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** Before, kata-deploy wrote the rule itself when it started. */
const since = "4.1.0";

export const kataFeatureRules = resourceRule({
  id: "kata-feature-rules",
  title: "The chart of kata-deploy brings the rules by which hosts are found to have SEV-SNP or TDX",
  pillar: "runtime",
  severity: "medium",
  threat:
    "No host counts its TEE keys or says that it has any: more guests are placed than the firmware has keys for, or none.",
  remediation: "Write nodeFeatureRules: {create: true}.",
  source: file(repositories.kata, "tools/packaging/kata-deploy/helm-chart/kata-deploy/values.yaml", since),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "labels are no evidence; availability is outside the architecture's promise" },
  looksAt: kataReleases,
  *check(release) {
    const chart = chartVersion(release);
    if (!chart || semver.lt(chart.version, since)) return;
    const create = release.values.at("nodeFeatureRules", "create");
    // `auto` looks into the cluster, which a chart that is rendered here does not see.
    const looks = release.resource.type === "kubernetes:helm.sh/v3:Release";
    if (create.value === false || create.text === "false") yield create.finding("leaves hosts without TEE labels");
    else if (!looks && create.value !== true && create.text !== "true")
      yield create.finding("decides by a cluster that rendering does not see; write true");
  },
  compliant: [newestKataDeploy],
  breakages: [
    {
      mistake: "the rules for TEE labels left out",
      path: "/values/nodeFeatureRules/create",
      value: false,
      expect: "values.nodeFeatureRules.create",
    },
  ],
});
