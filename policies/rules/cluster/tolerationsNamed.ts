import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods } from "../../kubernetes";
import { platforms, resourceRule, tenants } from "../../rule";
import { page } from "../../sources";

export const tolerationsNamed = resourceRule({
  id: "tolerations-named",
  title: "Confidential pods tolerate named taints alone",
  pillar: "cluster",
  severity: "medium",
  threat:
    "A pod that tolerates everything lands on a host that is being prepared, holds its GPU, and the change of its confidential mode fails halfway.",
  remediation: "Name the taint's key (nvidia.com/gpu) in each toleration.",
  source: page(
    "Kubernetes, Taints and Tolerations",
    "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/",
  ),
  platforms,
  claims: ["host-prepared"],
  protects: ["infrastructureProvider", ...tenants],

  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: 'variables.spec.?tolerations.orValue([]).all(t, t.?key.orValue("") != "")',
        message: "spec.tolerations tolerate every taint",
      },
    ],
  },
  boundary: { by: "nothing", how: "availability is the provider's to give; a host in the wrong mode does not attest" },
  looksAt: confidentialPods,
  *check({ spec }) {
    for (const toleration of spec.at("tolerations").items())
      if ((toleration.at("key").value ?? "") === "") yield toleration.finding("tolerates every taint");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "every taint tolerated",
      path: `${podPointer}/tolerations`,
      value: [{ operator: "Exists" }],
      expect: `${podPath}.tolerations[0]`,
    },
  ],
});
