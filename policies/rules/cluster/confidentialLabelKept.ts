import { namespaceScope } from "../../admission/cel";
import { confidentialNamespace } from "../../examples/cluster";
import { confidentialDeployment } from "../../examples/confidentialDeployment";
import { confidentialLabel, objectsOf, podsOf } from "../../kubernetes";
import type { Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

const pointer = `/metadata/labels/${confidentialLabel.replace("/", "~1")}`;
const path = `metadata.labels["${confidentialLabel}"]`;
const ofPod = "a pod's label in capitals";
const labelOf = (object: string) => `${object}.metadata.?labels[?${JSON.stringify(confidentialLabel)}]`;

interface Labelled {
  readonly label: Place;
  readonly namespace: boolean;
}

/** Whatever says of itself, or of the pods that it makes, whether it is confidential. */
const labelled: Selector<Labelled> = {
  kinds: ["Kubernetes objects and the pods that they make"],
  *select(resource) {
    for (const object of objectsOf(resource)) {
      const namespace = object.kind === "v1/Namespace";
      for (const metadata of [object.body.at("metadata"), ...podsOf(object).map((pod) => pod.metadata)])
        yield { label: metadata.at("labels", confidentialLabel), namespace };
    }
  },
};

export const confidentialLabelKept = resourceRule({
  id: "confidential-label-kept",
  title: "What is confidential says so in the one way that is understood, and a namespace stays so",
  pillar: "cluster",
  severity: "high",
  threat:
    "Without the label, or with one that nobody understands, every rule for confidential pods passes namespace or pod over in silence.",
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
    blindTo: { [ofPod]: "the API server goes by the namespace, whatever pods say of themselves" },
  },
  boundary: { by: "nothing", how: "what a release needs is pinned by its evidence, whatever its namespace is called" },
  looksAt: labelled,
  *check({ label, namespace }) {
    if (label.present && label.text !== "true" && (namespace || label.text !== "false"))
      yield label.finding(`is not "true": the ${namespace ? "namespace" : "object"} counts as an open one`);
  },
  compliant: [confidentialNamespace, confidentialDeployment],
  breakages: [
    { mistake: "a tenant's namespace declared open", path: pointer, value: "false", expect: path },
    { mistake: "another word for true", path: pointer, value: "yes", expect: path },
    { mistake: ofPod, resource: 1, path: `/spec/template${pointer}`, value: "True", expect: `spec.template.${path}` },
  ],
});
