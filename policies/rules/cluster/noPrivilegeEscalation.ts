import { everyContainer } from "../../admission/cel";
import {
  confidentialDeployment,
  containerPath,
  containerPointer,
  podPath,
  podPointer,
} from "../../examples/confidentialDeployment";
import type { Pod } from "../../kubernetes";
import type { Place } from "../../place";
import { confidentialPods, containersOf, missing } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

export const noPrivilegeEscalation = resourceRule({
  id: "no-privilege-escalation",
  title: "Containers of confidential pods run without root, without capabilities, and cannot get them back",
  pillar: "cluster",
  severity: "medium",
  threat:
    "A bug in the model server makes its attacker root of the guest, next to the agents that fetch keys in the release's name.",
  remediation: "Write runAsNonRoot: true, allowPrivilegeEscalation: false and capabilities: {drop: [ALL]}.",
  source: page(
    "Kubernetes, Configure a Security Context",
    "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  ),
  platforms,
  claims: ["keys-never-in-clear"],

  baseline: "advisory",
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: everyContainer(
          "c.?securityContext.?runAsNonRoot.orValue(variables.spec.?securityContext.?runAsNonRoot.orValue(false)) && " +
            "c.?securityContext.?runAsUser.orValue(variables.spec.?securityContext.?runAsUser.orValue(1)) != 0",
        ),
        message: "a container may run as root",
      },
      {
        expression: everyContainer("!c.?securityContext.?allowPrivilegeEscalation.orValue(true)"),
        message: "a container may gain privileges",
      },
      {
        expression: everyContainer('"ALL" in c.?securityContext.?capabilities.?drop.orValue([])'),
        message: "a container keeps capabilities",
      },
    ],
  },
  boundary: { by: "agentPolicy", how: "the built-in agent policy pins user and capabilities of each container" },
  looksAt: confidentialPods,
  *check(pod) {
    for (const { place } of containersOf(pod)) {
      const context = place.at("securityContext");
      const inherited = (key: string) =>
        context.at(key).present ? context.at(key) : pod.spec.at("securityContext", key);
      const nonRoot = inherited("runAsNonRoot");
      if (lacks(pod, nonRoot) || (nonRoot.present && nonRoot.value !== true))
        yield nonRoot.finding("is not true: the container may run as root");
      if (inherited("runAsUser").count === 0) yield inherited("runAsUser").finding("is root");
      const escalation = context.at("allowPrivilegeEscalation");
      if (lacks(pod, escalation) || (escalation.present && escalation.value !== false))
        yield escalation.finding("is not false; left out it is true");
      const drop = context.at("capabilities", "drop");
      if (lacks(pod, drop) || (drop.present && !drop.items().some((item) => item.text === "ALL")))
        yield drop.finding("does not drop ALL");
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "any user that the image names",
      path: `${podPointer}/securityContext/runAsNonRoot`,
      remove: true,
      expect: `${podPath}.securityContext.runAsNonRoot`,
    },
    {
      mistake: "root in one container",
      path: `${containerPointer}/securityContext/runAsUser`,
      value: 0,
      expect: `${containerPath}.securityContext.runAsUser`,
    },
    {
      mistake: "programs with the set-user bit obeyed",
      path: `${containerPointer}/securityContext/allowPrivilegeEscalation`,
      value: true,
      expect: `${containerPath}.securityContext.allowPrivilegeEscalation`,
    },
    {
      mistake: "one capability dropped, the others kept",
      path: `${containerPointer}/securityContext/capabilities/drop`,
      value: ["NET_RAW"],
      expect: `${containerPath}.securityContext.capabilities.drop`,
    },
  ],
});

const lacks = (pod: Pod, place: Place) => missing(pod.object, place);
