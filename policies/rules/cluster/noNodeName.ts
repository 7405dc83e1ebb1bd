import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods } from "../../kubernetes";
import { platforms, resourceRule, tenants } from "../../rule";
import { page } from "../../sources";

export const noNodeName = resourceRule({
  id: "no-node-name",
  title: "The scheduler places confidential pods, nobody names their host",
  pillar: "cluster",
  severity: "medium",
  threat:
    "Whoever names the host goes round scheduler, taints and quotas of hosts, and picks the one machine that was prepared for an attack.",
  remediation: "Leave nodeName out; use nodeSelector for what a host must be like.",
  source: page(
    "Kubernetes, Assigning Pods to Nodes",
    "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",
  ),
  platforms,
  claims: ["host-prepared"],
  protects: ["infrastructureProvider", ...tenants],

  admission: {
    scope: "confidentialPods",
    validations: [
      {
        // A pod that runs has one: the scheduler wrote it.
        expression:
          'variables.spec.?nodeName.orValue("") == "" || (request.kind.kind == "Pod" && request.operation == "UPDATE")',
        message: "spec.nodeName goes round the scheduler",
      },
    ],
  },
  boundary: { by: "nothing", how: "the provider chooses hosts; on an unfit one attestation fails" },
  looksAt: confidentialPods,
  *check({ spec }) {
    const name = spec.at("nodeName");
    if ((name.value ?? "") !== "") yield name.finding("goes round the scheduler");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "a host named by hand",
      path: `${podPointer}/nodeName`,
      value: "host-7",
      expect: `${podPath}.nodeName`,
    },
  ],
});
