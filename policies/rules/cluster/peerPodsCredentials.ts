import { peerPodsRelease } from "../../examples/nodes";
import { peerPodReleases } from "../../peerPods";
import { clouds, resourceRule } from "../../rule";
import { file } from "../../sources";

export const peerPodsCredentials = resourceRule({
  id: "peer-pods-credentials",
  title: "Credentials that make peer pods' machines never pass through Helm",
  pillar: "cluster",
  severity: "high",
  threat:
    "The chart's default writes the cloud's credentials into the release's history, where every reader of Secrets finds them and makes machines of his own.",
  remediation:
    "Write secrets.mode: reference; use the cloud's workload identity, or name a Secret that somebody else made, and leave providerSecrets out.",
  source: file(
    "confidential-containers/cloud-api-adaptor",
    "src/cloud-api-adaptor/install/charts/peerpods/values.yaml",
    "v0.22.0",
  ),
  platforms: clouds,
  claims: ["cluster-closed"],
  protects: ["infrastructureProvider"],
  boundary: { by: "ownControlPlane", how: "the credentials are the provider's, in its own cluster" },
  looksAt: peerPodReleases,
  *check({ values }) {
    const mode = values.at("secrets", "mode");
    if (mode.text !== "reference") yield mode.finding("is not reference; left out it is create");
    const secrets = values.at("providerSecrets");
    if (secrets.keys().length > 0) yield secrets.hidden().finding("hands credentials to Helm, which keeps them");
  },
  compliant: [peerPodsRelease],
  breakages: [
    {
      mistake: "the chart's own way with credentials",
      path: "/values/secrets/mode",
      remove: true,
      expect: "values.secrets.mode",
    },
    {
      mistake: "credentials of a cloud among values",
      path: "/values/providerSecrets",
      value: { azure: { AZURE_CLIENT_ID: "00000000-0000-4000-8000-000000000000" } },
      expect: "values.providerSecrets",
    },
  ],
});
