import { gpuOperator, kataDeploy } from "../../examples/cluster";
import { gpuOperatorChart, helmReleases, kataChart, nodeFeatureChart, trusteeChart } from "../../helm";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

/** An address in the clear; a registry on this machine is nobody else's. */
const clear = /^http:\/\/(?!(localhost|127\.0\.0\.1|\[::1\])([:/]|$))/i;

/** Charts that rules judge by their values, which they find in the program alone. */
const judged: readonly string[] = [gpuOperatorChart, kataChart, nodeFeatureChart, trusteeChart];

export const chartSourceVerified = resourceRule({
  id: "chart-source-verified",
  title: "Charts and their values come from where somebody can be held to them",
  pillar: "cluster",
  severity: "high",
  threat:
    "Whoever is on the way to a repository, or may write to a file behind an address, decides what runs with all rights on every host.",
  remediation:
    "Name repositories by https:// or oci://, leave plainHttp and devel off, and keep values in this program.",
  source: page("Helm, Provenance and integrity", "https://helm.sh/docs/topics/provenance/"),
  platforms,
  claims: ["operators-as-pinned"],
  boundary: { by: "measurement", how: "guests are measured; operators that run on hosts and in the cluster are not" },
  looksAt: helmReleases,
  *check({ body, chart }) {
    for (const address of [body.at("chart"), body.at("repositoryOpts", "repo")])
      if (clear.test(address.text ?? "")) yield address.finding("is not encrypted on its way");
    const plain = body.at("plainHttp");
    if (plain.value === true) yield plain.finding("asks the registry in the clear");
    // `verify: false` says nothing: the provider writes it, and a keyring, into every release that names neither.
    const newest = body.at("devel");
    if (newest.value === true) yield newest.finding("takes versions that are not released");
    for (const values of body.at("valueYamlFiles").items()) {
      const address = values.at("uri");
      if (address.present) yield address.finding("is fetched anew each time, and by no digest");
      else if (judged.includes(chart))
        yield values.hidden().finding("holds values that no rule sees, and that decide about confidentiality");
    }
  },
  compliant: [gpuOperator, kataDeploy],
  breakages: [
    {
      mistake: "a repository in the clear",
      path: "/repositoryOpts/repo",
      value: "http://charts.example.com/nvidia",
      expect: "repositoryOpts.repo",
    },
    {
      mistake: "a chart's archive in the clear",
      resource: 1,
      path: "/chart",
      value: "http://mirror.example.com/kata-deploy-4.0.0.tgz",
      expect: "chart",
    },
    {
      mistake: "a chart asked of its registry in the clear",
      resource: 1,
      path: "/plainHttp",
      value: true,
      expect: "plainHttp",
    },
    { mistake: "a version that is not released", path: "/devel", value: true, expect: "devel" },
    {
      mistake: "values from somebody's branch",
      path: "/valueYamlFiles",
      value: [{ uri: "https://raw.githubusercontent.com/example/values/main/gpu-operator.yaml" }],
      expect: "valueYamlFiles[0].uri",
    },
    {
      mistake: "the operator's values in a file beside the program",
      path: "/valueYamlFiles",
      value: [{ path: "./gpu-operator-values.yaml" }],
      expect: "valueYamlFiles[0]",
    },
  ],
});
