import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods } from "../../kubernetes";
import { platforms, resourceRule, tenants } from "../../rule";
import { page } from "../../sources";

export const noSystemPriority = resourceRule({
  id: "no-system-priority",
  title: "No tenant's pod claims the priority of the cluster's own",
  pillar: "cluster",
  severity: "medium",
  threat: "A tenant's pod evicts other tenants' models, or what keeps the host alive, to get its GPUs.",
  remediation: "Leave priorityClassName out, or name a class that the provider made for tenants.",
  source: page(
    "Kubernetes, Pod Priority and Preemption",
    "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
  ),
  platforms,
  claims: ["tenant-accepted"],
  protects: ["infrastructureProvider", ...tenants],

  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: '!variables.spec.?priorityClassName.orValue("").startsWith("system-")',
        message: "spec.priorityClassName is for the cluster's own pods",
      },
    ],
  },
  boundary: {
    by: "nothing",
    how: "it protects the provider and the neighbours, in a cluster that the provider controls",
  },
  looksAt: confidentialPods,
  *check({ spec }) {
    const name = spec.at("priorityClassName");
    if (name.text?.startsWith("system-")) yield name.finding("is for the cluster's own pods");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "as important as kubelet's own",
      path: `${podPointer}/priorityClassName`,
      value: "system-node-critical",
      expect: `${podPath}.priorityClassName`,
    },
  ],
});
