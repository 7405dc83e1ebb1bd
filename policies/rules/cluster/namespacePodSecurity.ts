import { labelledConfidential, literal, literals, namespaceScope } from "../../admission/cel";
import { confidentialNamespace } from "../../examples/cluster";
import { declaredConfidential, missing, objects } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

const label = "pod-security.kubernetes.io/enforce";
const enforced = ["baseline", "restricted"];
const path = `metadata.labels["${label}"]`;
const pointer = "/metadata/labels/pod-security.kubernetes.io~1enforce";

export const namespacePodSecurity = resourceRule({
  id: "namespace-pod-security",
  title: "Namespaces of confidential pods enforce a pod security standard",
  pillar: "cluster",
  severity: "medium",
  threat:
    "Somebody who may place a pod there takes over the host with a privileged one, and with it every tenant's availability.",
  remediation: `Label the namespace ${label}: restricted, or baseline.`,
  source: page(
    "Kubernetes, Pod Security Admission",
    "https://kubernetes.io/docs/concepts/security/pod-security-admission/",
  ),
  platforms,
  claims: ["cluster-closed"],
  admission: {
    scope: namespaceScope,
    // Finalizers of a namespace that goes are no concern of it.
    judges: ["metadata.labels"],
    when: labelledConfidential,
    validations: [
      {
        expression: `object.metadata.?labels[?${literal(label)}].orValue("") in ${literals(enforced)}`,
        message: `${path} is none of ${enforced.join(", ")}`,
      },
    ],
  },
  boundary: { by: "nothing", how: "it protects hosts and neighbours, in a cluster that the provider can change" },
  looksAt: objects("v1/Namespace"),
  *check(namespace) {
    const metadata = namespace.body.at("metadata");
    if (!declaredConfidential(metadata)) return;
    const level = metadata.at("labels", label);
    if (missing(namespace, level) || (level.present && !enforced.includes(level.text ?? "")))
      yield level.finding(`is none of ${enforced.join(", ")}`);
  },
  compliant: [confidentialNamespace],
  breakages: [
    { mistake: "nothing enforced", path: pointer, remove: true, expect: path },
    { mistake: "everything allowed", path: pointer, value: "privileged", expect: path },
    { mistake: "a level that does not exist", path: pointer, value: "strict", expect: path },
  ],
});
