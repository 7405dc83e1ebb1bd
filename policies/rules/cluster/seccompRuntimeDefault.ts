import { everyContainer, literals } from "../../admission/cel";
import {
  confidentialDeployment,
  containerPath,
  containerPointer,
  podPath,
  podPointer,
} from "../../examples/confidentialDeployment";
import type { Pod } from "../../kubernetes";
import { confidentialPods, containersOf, missing } from "../../kubernetes";
import type { Place } from "../../place";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

const confined = ["RuntimeDefault", "Localhost"];
const profileType = ["securityContext", "seccompProfile", "type"];

export const seccompRuntimeDefault = resourceRule({
  id: "seccomp-runtime-default",
  title: "Containers of confidential pods run under the runtime's seccomp profile",
  pillar: "cluster",
  severity: "low",
  threat:
    "Where the node is the confidential VM, a broken server tries every system call of the kernel that keeps it from the other pods of the node.",
  remediation: "Write securityContext.seccompProfile.type: RuntimeDefault into the pod's spec.",
  source: page(
    "Kubernetes, Pod Security Standards",
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
  ),
  platforms,
  claims: ["cluster-closed"],

  baseline: "advisory",
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: everyContainer(
          `c.?securityContext.?seccompProfile.?type.orValue(variables.spec.?securityContext.?seccompProfile.?type.orValue("")) in ${literals(confined)}`,
        ),
        message: "a container runs without a seccomp profile",
      },
    ],
  },
  boundary: {
    by: "nothing",
    how: "Kata leaves the filter outside the guest, where one virtual machine holds one pod; namespaces that enforce restricted refuse a pod without it",
  },
  looksAt: confidentialPods,
  *check(pod) {
    for (const { place } of containersOf(pod)) {
      const type = profileOf(pod, place);
      if (isOpen(pod, type))
        yield type.finding(
          type.present ? "lets every system call through" : "is missing: every system call goes through",
        );
    }
  },
  *remediate(resource) {
    for (const pod of confidentialPods.select(resource)) {
      const places = containersOf(pod).map(({ place }) => profileOf(pod, place));
      for (const type of new Map(places.map((place) => [place.path, place])).values())
        if (isOpen(pod, type) && type.steps) yield { path: type.steps, value: "RuntimeDefault" };
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "no profile asked for",
      path: `${podPointer}/securityContext/seccompProfile`,
      remove: true,
      expect: `${podPath}.securityContext.seccompProfile.type`,
    },
    {
      mistake: "an unconfined pod",
      path: `${podPointer}/securityContext/seccompProfile/type`,
      value: "Unconfined",
      expect: `${podPath}.securityContext.seccompProfile.type`,
    },
    {
      mistake: "an unconfined container in a confined pod",
      path: `${containerPointer}/securityContext/seccompProfile`,
      value: { type: "Unconfined" },
      expect: `${containerPath}.securityContext.seccompProfile.type`,
    },
  ],
});

/** The profile that holds for a container: its own, or else its pod's. */
function profileOf(pod: Pod, container: Place): Place {
  const own = container.at(...profileType);
  return own.present ? own : pod.spec.at(...profileType);
}

function isOpen(pod: Pod, type: Place): boolean {
  return (type.present || missing(pod.object, type)) && !confined.includes(type.text ?? "");
}
