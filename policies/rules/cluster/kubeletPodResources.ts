import * as semver from "semver";
import { kubernetesVersionAnnotation } from "../../../components/cluster/kubeletConfiguration";
import { kubeletSettings } from "../../examples/hosts";
import { kataKubelets, kubeletGates } from "../../kubelet";
import { bareMetal, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

const gate = kubeletGates.podResources;
const file = "/data/90-trustfoundry.conf";
const path = `data["90-trustfoundry.conf"]#featureGates.${gate}`;

export const kubeletPodResources = resourceRule({
  id: "kubelet-pod-resources",
  title: "Kubelets of confidential hosts tell the shim which GPUs a pod was given",
  pillar: "cluster",
  severity: "high",
  threat:
    "The shim asks kubelet in vain which GPUs to plug in, and every pod with a GPU fails when its virtual machine is made.",
  remediation: `Write featureGates: {${gate}: true} before Kubernetes 1.34; from then on leave it out.`,
  source: issue(repositories.kata, 12009),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "pods do not start; availability is outside the architecture's promise" },
  looksAt: kataKubelets,
  *check({ object, settings, partial }) {
    const enabled = settings.at("featureGates", gate);
    if (enabled.present) {
      if (enabled.value !== true) yield enabled.finding("switches off what the shim asks kubelet for");
      return;
    }
    if (partial) return;
    const version = semver.coerce(object.body.at("metadata", "annotations", kubernetesVersionAnnotation).text);
    // From a configuration alone nobody knows which Kubernetes reads it.
    if (version && semver.lt(version, "1.34.0"))
      yield enabled.finding(`is off where it is left out, until Kubernetes 1.34; this is for ${version.version}`);
  },
  compliant: [kubeletSettings],
  breakages: [
    {
      mistake: "GPUs of a pod not told before 1.34",
      path: file,
      replace: [`  ${gate}: true\n`, ""],
      expect: path,
    },
    {
      mistake: "GPUs of a pod kept from the shim",
      path: file,
      replace: [`${gate}: true`, `${gate}: false`],
      expect: path,
    },
  ],
});
