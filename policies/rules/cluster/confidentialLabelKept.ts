import { namespaceScope } from "../../admission/cel";
import { confidentialNamespace } from "../../examples/cluster";
import { confidentialLabel, objects } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

const pointer = `/metadata/labels/${confidentialLabel.replace("/", "~1")}`;
const path = `metadata.labels["${confidentialLabel}"]`;
const labelOf = (object: string) => `${object}.metadata.?labels[?${JSON.stringify(confidentialLabel)}]`;

export const confidentialLabelKept = resourceRule({
  id: "confidential-label-kept",
  title: "A namespace that is confidential stays so, and says it in the one way that is understood",
  pillar: "cluster",
  severity: "high",
  threat:
    "Without the label, or with one that nobody understands, every rule for confidential pods passes the namespace over in silence.",
  remediation: `Write ${confidentialLabel}: "true"; to give the name to others, delete the namespace and make a new one.`,
  source: page(
    "Kubernetes, Validating Admission Policy",
    "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
  ),
  platforms,
  claims: ["cluster-closed"],
  admission: {
    scope: namespaceScope,
    judges: ["metadata.labels"],
    validations: [
      {
        expression: `${labelOf("object")}.orValue("true") == "true"`,
        message: `${path} is not "true"`,
      },
      {
        expression: `oldObject == null || ${labelOf("oldObject")}.orValue("") != "true" || ${labelOf("object")}.orValue("") == "true"`,
        message: `${path} is taken away`,
      },
    ],
  },
  boundary: { by: "nothing", how: "what a release needs is pinned by its evidence, whatever its namespace is called" },
  looksAt: objects("v1/Namespace"),
  *check({ body }) {
    const label = body.at("metadata", "labels", confidentialLabel);
    if (label.present && label.text !== "true")
      yield label.finding('is not "true": the namespace counts as an open one');
  },
  compliant: [confidentialNamespace],
  breakages: [
    { mistake: "a tenant's namespace declared open", path: pointer, value: "false", expect: path },
    { mistake: "another word for true", path: pointer, value: "yes", expect: path },
  ],
});
