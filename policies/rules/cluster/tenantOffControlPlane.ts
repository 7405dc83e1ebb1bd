import { podPath, podPointer } from "../../examples/confidentialDeployment";
import { tenantDeployment } from "../../examples/tenant";
import { confidentialPods } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

/** Prefix of the taints of control plane, etcd and ingress nodes, as kubeadm and its kin set them. */
const roleTaint = "node-role.kubernetes.io/";

export const tenantOffControlPlane = resourceRule({
  id: "tenant-off-control-plane",
  title: "Tenants' pods stay off control-plane nodes",
  pillar: "cluster",
  severity: "medium",
  threat:
    "A guest escapes by a hole in the hypervisor, and where it ran beside etcd and the API server it finds the whole cluster's keys.",
  remediation: `Take the toleration of ${roleTaint}… and selectors for such nodes out.`,
  source: page(
    "Kubernetes, Taints and Tolerations",
    "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/",
  ),
  platforms,
  claims: ["tenant-accepted"],
  protects: ["infrastructureProvider"],
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: `!variables.spec.?tolerations.orValue([]).exists(t, t.?key.orValue("").startsWith("${roleTaint}"))`,
        message: "spec.tolerations tolerate the taint of control-plane nodes",
      },
      {
        expression: `!variables.spec.?nodeSelector.orValue({}).exists(key, key.startsWith("${roleTaint}"))`,
        message: "spec.nodeSelector asks for control-plane nodes",
      },
    ],
  },
  boundary: { by: "ownControlPlane", how: "the provider's API server refuses the pod, and its taint holds the rest" },
  looksAt: confidentialPods,
  *check({ spec }) {
    for (const toleration of spec.at("tolerations").items()) {
      const key = toleration.at("key");
      if (key.text?.startsWith(roleTaint)) yield key.finding("tolerates the taint of control-plane nodes");
    }
    for (const key of spec.at("nodeSelector").keys())
      if (key.startsWith(roleTaint)) yield spec.at("nodeSelector", key).finding("asks for control-plane nodes");
  },
  compliant: [tenantDeployment],
  breakages: [
    {
      mistake: "a model beside etcd",
      path: `${podPointer}/tolerations/-`,
      value: { key: `${roleTaint}control-plane`, operator: "Exists", effect: "NoSchedule" },
      expect: `${podPath}.tolerations[1].key`,
    },
    {
      mistake: "control-plane nodes asked for",
      path: `${podPointer}/nodeSelector/${roleTaint.replace("/", "~1")}control-plane`,
      value: "",
      expect: `${podPath}.nodeSelector["${roleTaint}control-plane"]`,
    },
  ],
});
