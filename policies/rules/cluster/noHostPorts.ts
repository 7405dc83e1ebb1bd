import { everyContainer } from "../../admission/cel";
import { confidentialDeployment, containerPath, containerPointer } from "../../examples/confidentialDeployment";
import { confidentialContainers } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

export const noHostPorts = resourceRule({
  id: "no-host-ports",
  title: "Confidential pods listen on no port of their host",
  pillar: "cluster",
  severity: "medium",
  threat:
    "The model answers on the host's own address, past ingress, gateway and, with many network plugins, past network policies.",
  remediation: "Leave hostPort out; let a Service of type ClusterIP and the ingress lead to the pod.",
  source: page(
    "Kubernetes, Pod Security Standards",
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  ),
  platforms,
  claims: ["cluster-closed"],

  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: everyContainer("c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)"),
        message: "a container listens on a port of the host",
      },
    ],
  },
  boundary: { by: "nothing", how: "the provider's network leads where it wants; clients check the serving key" },
  looksAt: confidentialContainers,
  *check({ place }) {
    for (const port of place.at("ports").items()) {
      const hostPort = port.at("hostPort");
      if (hostPort.present && hostPort.count !== 0) yield hostPort.finding("is a port of the host");
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "the model on a port of the host",
      path: `${containerPointer}/ports`,
      value: [{ containerPort: 8000, hostPort: 8000 }],
      expect: `${containerPath}.ports[0].hostPort`,
    },
  ],
});
