import { confidentialDeployment, podPath, podPointer } from "../../examples/confidentialDeployment";
import { confidentialPods, missing } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { page } from "../../sources";

export const serviceLinksOff = resourceRule({
  id: "service-links-off",
  title: "Services of the namespace put no variables into confidential containers",
  pillar: "guest",
  severity: "low",
  threat:
    "Whoever adds a Service writes variables into the next start of every guest, and may choose their names; a strict agent policy then refuses a pod that ran yesterday.",
  remediation: "Write enableServiceLinks: false into the pod's spec.",
  source: page(
    "Kubernetes, Accessing Services: environment variables",
    "https://kubernetes.io/docs/tutorials/services/connect-applications-service/",
  ),
  platforms: bareMetal,
  claims: ["guest-rules-bound"],

  baseline: "advisory",
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: "!variables.spec.?enableServiceLinks.orValue(true)",
        message: "spec.enableServiceLinks is not false; left out it is true",
      },
    ],
  },
  boundary: {
    by: "agentPolicy",
    how: "the agent policy may compare variables; those that it does not know it lets pass or refuses, as its owner wrote it",
  },
  looksAt: confidentialPods,
  *check({ object, spec }) {
    const links = spec.at("enableServiceLinks");
    if (missing(object, links) || (links.present && links.value !== false))
      yield links.finding("is not false; left out it is true");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "service links by default",
      path: `${podPointer}/enableServiceLinks`,
      remove: true,
      expect: `${podPath}.enableServiceLinks`,
    },
    {
      mistake: "service links asked for",
      path: `${podPointer}/enableServiceLinks`,
      value: true,
      expect: `${podPath}.enableServiceLinks`,
    },
  ],
});
