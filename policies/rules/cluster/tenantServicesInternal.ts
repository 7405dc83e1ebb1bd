import { belongsToConfidential, literals } from "../../admission/cel";
import { tenantService } from "../../examples/tenant";
import { declaredConfidential, objects } from "../../kubernetes";
import { isInConfidentialNamespace } from "../../namespaces";
import { platforms, stackRule } from "../../rule";
import { page } from "../../sources";

const services = objects("v1/Service");
const outward = ["LoadBalancer", "NodePort", "ExternalName"];

export const tenantServicesInternal = stackRule({
  id: "tenant-services-internal",
  title: "Tenants' Services are reached by the provider's ingress alone",
  pillar: "cluster",
  severity: "medium",
  threat:
    "A tenant opens a port on every host or orders a public address, or takes an address of the provider's own to answer in its place.",
  remediation: "Write type: ClusterIP without externalIPs; the provider's ingress leads to the Service.",
  source: page(
    "Kubernetes, DenyServiceExternalIPs",
    "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#denyserviceexternalips",
  ),
  platforms,
  claims: ["tenant-accepted"],
  protects: ["infrastructureProvider"],
  admission: {
    scope: [{ group: "", version: "v1", resource: "services" }],
    when: belongsToConfidential,
    validations: [
      {
        expression: `!(object.spec.?type.orValue("ClusterIP") in ${literals(outward)})`,
        message: `spec.type leads out of the cluster: ${outward.join(", ")}`,
      },
      {
        expression: "object.spec.?externalIPs.orValue([]).size() == 0",
        message: "spec.externalIPs take addresses that are not the tenant's",
      },
    ],
  },
  boundary: {
    by: "ownControlPlane",
    how: "the provider's API server refuses the Service, and quotas count none of these",
  },
  kinds: services.kinds,
  *select(resource, all) {
    for (const service of services.select(resource))
      if (declaredConfidential(service.body.at("metadata")) || isInConfidentialNamespace(service, all)) yield service;
  },
  *check({ body }) {
    const type = body.at("spec", "type");
    if (outward.includes(type.text ?? "")) yield type.finding("leads out of the cluster");
    for (const address of body.at("spec", "externalIPs").items())
      yield address.finding("is no address of the tenant's");
  },
  compliant: [tenantService],
  breakages: [
    { mistake: "a public address for a model", path: "/spec/type", value: "LoadBalancer", expect: "spec.type" },
    { mistake: "a port on every host", path: "/spec/type", value: "NodePort", expect: "spec.type" },
    {
      mistake: "an address of the provider's own",
      path: "/spec/externalIPs",
      value: ["192.0.2.10"],
      expect: "spec.externalIPs[0]",
    },
  ],
});
