import { kubeletConfig } from "../../examples/hosts";
import { missing, objects } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { file } from "../../sources";

/** Settings that make the Machine Config Operator refuse all of a KubeletConfig. */
const refused = ["featureGates", "cgroupDriver", "clusterDNS", "clusterDomain", "staticPodPath"];

export const openshiftKubeletApplied = resourceRule({
  id: "openshift-kubelet-applied",
  title: "OpenShift's KubeletConfigs are such as it applies, and name the pool that they are for",
  pillar: "cluster",
  severity: "high",
  threat:
    "One setting that OpenShift keeps for itself makes it drop all the others beside it: kubelets stay open, or give up on guests, while the object says otherwise.",
  remediation: `Leave ${refused.join(", ")} out, and write machineConfigPoolSelector.`,
  source: file("openshift/machine-config-operator", "pkg/controller/kubelet-config/helpers.go"),
  platforms: bareMetal,
  claims: ["host-prepared"],
  boundary: { by: "nothing", how: "the object's own status says that it was refused" },
  looksAt: objects("machineconfiguration.openshift.io/v1/KubeletConfig"),
  *check(object) {
    const spec = object.body.at("spec");
    for (const key of refused) {
      const setting = spec.at("kubeletConfig", key);
      if (setting.present) yield setting.finding("is OpenShift's own: with it nothing of this object is applied");
    }
    const selector = spec.at("machineConfigPoolSelector");
    if (missing(object, selector)) yield selector.finding("is missing: the settings are for no pool");
  },
  compliant: [kubeletConfig],
  breakages: [
    {
      mistake: "feature gates, as kubelets elsewhere have them",
      path: "/spec/kubeletConfig/featureGates",
      value: { RuntimeClassInImageCriApi: true },
      expect: "spec.kubeletConfig.featureGates",
    },
    {
      mistake: "settings for no pool",
      path: "/spec/machineConfigPoolSelector",
      remove: true,
      expect: "spec.machineConfigPoolSelector",
    },
  ],
});
