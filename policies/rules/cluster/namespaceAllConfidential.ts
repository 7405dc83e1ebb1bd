import { confidentialNamespace } from "../../examples/cluster";
import { plainDeployment } from "../../examples/plainDeployment";
import { isConfidential, pods } from "../../kubernetes";
import { isInConfidentialNamespace } from "../../namespaces";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

export const namespaceAllConfidential = stackRule({
  id: "namespace-all-confidential",
  title: "A confidential namespace holds confidential pods alone",
  pillar: "cluster",
  severity: "high",
  threat:
    "A plain pod with the model's labels becomes an endpoint of the model's Service, and prompts arrive in memory that the host reads.",
  remediation: "Move the pod to a namespace of its own, or give it a confidential runtime class.",
  source: page("Kubernetes, Service", "https://kubernetes.io/docs/concepts/services-networking/service/"),
  platforms,
  claims: ["cluster-closed"],
  boundary: { by: "keyBroker", how: "a plain pod gets no serving key; a client that checks the key sends it nothing" },
  kinds: pods.kinds,
  *select(resource) {
    for (const pod of pods.select(resource)) if (!isConfidential(pod)) yield pod;
  },
  *check({ object }, all) {
    if (isInConfidentialNamespace(object, all))
      yield object.body.at("metadata", "namespace").finding("is a confidential namespace, and the pod is plain");
  },
  compliant: [plainDeployment, confidentialNamespace],
  breakages: [
    {
      mistake: "a plain pod beside the model",
      path: "/metadata/namespace",
      value: "acme",
      expect: "metadata.namespace",
    },
    {
      mistake: "a namespace declared confidential with plain pods in it",
      resource: 1,
      path: "/metadata/name",
      value: "monitoring",
      expect: "metadata.namespace",
    },
  ],
});
