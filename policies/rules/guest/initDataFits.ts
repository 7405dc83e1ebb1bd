import { annotationExcess, annotationLimitBytes } from "../../../components/guest/initDataAnnotation";
import { confidentialDeployment } from "../../examples/confidentialDeployment";
import { confidentialPods } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";

const pointer = "/spec/template/metadata/annotations";

export const initDataFits = resourceRule({
  id: "init-data-fits",
  title: "Init-data and the other annotations of a pod are no larger than Kubernetes takes",
  pillar: "guest",
  severity: "medium",
  threat:
    "A release that was measured and signed cannot be placed, and somebody under pressure cuts the agent policy down to what fits.",
  remediation: `Shorten the agent policy or drop annotations until keys and values fit into ${annotationLimitBytes / 1024} KiB.`,
  source: issue(repositories.kata, 10144),
  platforms,
  claims: ["guest-rules-bound"],
  boundary: { by: "keyBroker", how: "a policy that was cut down has another digest and opens no key" },
  looksAt: confidentialPods,
  *check({ metadata }) {
    const annotations = metadata.at("annotations");
    const entries = annotations.keys().map((key) => [key, annotations.at(key).text ?? ""] as const);
    const excess = annotationExcess(Object.fromEntries(entries));
    if (excess !== undefined) yield annotations.finding(excess);
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "a report pinned to the pod",
      path: `${pointer}/acme.example~1report`,
      value: "x".repeat(annotationLimitBytes),
      expect: "spec.template.metadata.annotations",
    },
  ],
});
