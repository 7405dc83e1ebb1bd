import { isOff } from "../../admission/cel";
import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

export const noSharedProcesses = resourceRule({
  id: "no-shared-processes",
  title: "Containers of a confidential pod do not see each other's processes",
  pillar: "guest",
  severity: "medium",
  threat: "A helper, the weakest image of the pod, reads weights and prompts out of the server's memory through /proc.",
  remediation: "Leave shareProcessNamespace out.",
  source: page(
    "Kubernetes, Share Process Namespace between Containers in a Pod",
    "https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/",
  ),
  platforms,
  claims: ["keys-never-in-clear"],

  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: isOff("variables.spec", "shareProcessNamespace"),
        message: "spec.shareProcessNamespace opens each container's memory to the others",
      },
    ],
  },
  boundary: { by: "agentPolicy", how: "the built-in agent policy refuses a sandbox with shared processes" },
  looksAt: confidentialPods,
  *check({ spec }) {
    const shared = spec.at("shareProcessNamespace");
    if ((shared.value ?? false) !== false) yield shared.finding("opens each container's memory to the others");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "processes shared with a helper",
      path: `${podPointer}/shareProcessNamespace`,
      value: true,
      expect: `${podPath}.shareProcessNamespace`,
    },
  ],
});
