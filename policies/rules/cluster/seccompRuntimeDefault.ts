import { everyContainer, literals } from "../../admission/cel";
import {
  confidentialDeployment,
  containerPath,
  containerPointer,
  podPath,
  podPointer,
} from "../../examples/confidentialDeployment";
import { confidentialPods, containersOf, missing } from "../../kubernetes";
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
    const ofPod = pod.spec.at(...profileType);
    for (const { place } of containersOf(pod)) {
      const own = place.at(...profileType);
      const type = own.present ? own : ofPod;
      if ((type.present || missing(pod.object, type)) && !confined.includes(type.text ?? ""))
        yield type.finding(
          type.present ? "lets every system call through" : "is missing: every system call goes through",
        );
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
