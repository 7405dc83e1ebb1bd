import { acceptedPods, celList } from "../../acceptance";
import { podPath, podPointer } from "../../examples/confidentialDeployment";
import { tenantDeployment, tenantParameters } from "../../examples/tenant";
import { confidentialPods } from "../../kubernetes";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

export const tenantPriorityAccepted = stackRule({
  id: "tenant-priority-accepted",
  title: "Tenants' pods name priority classes that the provider gave them",
  pillar: "cluster",
  severity: "low",
  threat: "A tenant names the class of a better-paying one, and the scheduler stops that one's pods to make room.",
  remediation: "Leave priorityClassName out, or add the class to the provider's acceptance.priorityClasses.",
  source: page(
    "Kubernetes, Pod Priority and Preemption",
    "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
  ),
  platforms,
  claims: ["tenant-accepted"],
  protects: ["infrastructureProvider"],
  admission: {
    scope: "confidentialPods",
    parameters: "tenantAcceptance",
    variables: { class: 'variables.spec.?priorityClassName.orValue("")' },
    validations: [
      {
        expression: `variables.class == "" || variables.class in ${celList("priorityClasses")}`,
        message: "spec.priorityClassName is none that the provider gave this tenant",
      },
    ],
  },
  boundary: { by: "ownControlPlane", how: "the provider's API server refuses the pod" },
  kinds: confidentialPods.kinds,
  select: acceptedPods,
  *check({ pod, acceptance }) {
    const name = pod.spec.at("priorityClassName");
    if (name.text !== undefined && name.text !== "" && !acceptance.list("priorityClasses").includes(name.text))
      yield name.finding("is none that the provider gave this tenant");
  },
  compliant: [tenantDeployment, tenantParameters],
  breakages: [
    {
      mistake: "another tenant's priority class",
      path: `${podPointer}/priorityClassName`,
      value: "acme-premium",
      expect: `${podPath}.priorityClassName`,
    },
  ],
});
