import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

export const noEphemeralContainers = resourceRule({
  id: "no-ephemeral-containers",
  title: "No debug container is put into a confidential pod",
  pillar: "cluster",
  severity: "high",
  threat:
    "A container that was never released runs in the guest beside the model, sees its memory and has its identity.",
  remediation: "Leave ephemeralContainers out; debug a copy of the pod that has neither weights nor keys.",
  source: page(
    "Kubernetes, Ephemeral Containers",
    "https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/",
  ),
  platforms,
  claims: ["host-kept-out"],

  admission: {
    scope: "confidentialPods",
    validations: [
      {
        // Seen when one is added by pods/ephemeralcontainers; a template with one is refused by Kubernetes itself.
        expression: "size(variables.spec.?ephemeralContainers.orValue([])) == 0",
        message: "spec.ephemeralContainers puts a container into a guest that was not released with it",
      },
    ],
  },
  boundary: {
    by: "agentPolicy",
    how: "the built-in agent policy names the containers of a release, and refuses others",
  },
  looksAt: confidentialPods,
  *check({ spec }) {
    for (const container of spec.at("ephemeralContainers").items())
      yield container.finding("was not released with the guest");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "a shell added to the guest while it runs",
      path: `${podPointer}/ephemeralContainers`,
      value: [
        {
          name: "debugger",
          image: `registry.provider.example/debugger@sha256:${"d".repeat(64)}`,
          targetContainerName: "model",
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
      expect: `${podPath}.ephemeralContainers[0]`,
    },
  ],
});
