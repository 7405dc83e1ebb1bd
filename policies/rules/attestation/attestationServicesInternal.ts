import { attestationService } from "../../examples/trustee";
import { releases, trusteeChart } from "../../helm";
import { objects } from "../../kubernetes";
import type { Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";
import { grpcPorts, internalPorts } from "../../trusteePods";

const opened = "opens unauthenticated gRPC beyond the cluster";

/** How Services with such a port may be reached. */
const exposures: Selector<{ readonly type: Place; readonly externalIps?: Place }> = {
  kinds: ["v1/Service", `Helm release of ${trusteeChart}`],
  *select(resource) {
    for (const service of objects("v1/Service").select(resource))
      if (internalPorts(service).length > 0)
        yield { type: service.body.at("spec", "type"), externalIps: service.body.at("spec", "externalIPs") };
    for (const { values } of releases(trusteeChart).select(resource))
      for (const service of ["as", "rvps"]) yield { type: values.at(service, "service", "type") };
  },
};

export const attestationServicesInternal = resourceRule({
  id: "attestation-services-internal",
  title: "Attestation service and reference value provider are reachable inside the cluster only",
  pillar: "attestation",
  severity: "critical",
  threat: "Their gRPC takes no credentials: whoever reaches it adds the measurement of a guest of their own.",
  remediation: "Write type: ClusterIP for ports 50003 and 50004, and let a NetworkPolicy admit the key broker alone.",
  source: issue(repositories.trustee, 1586),
  platforms,
  claims: ["key-broker-closed"],
  boundary: { by: "ownControlPlane", how: "the model owner runs both beside the key broker" },
  admission: {
    scope: [{ group: "", version: "v1", resource: "services" }],
    cluster: "owner",
    when: `object.spec.?ports.orValue([]).exists(p, p.port in [${grpcPorts.join(", ")}] || dyn(p.?targetPort.orValue("")) in [${grpcPorts.join(", ")}])`,
    validations: [
      { expression: 'object.spec.?type.orValue("ClusterIP") == "ClusterIP"', message: `spec.type ${opened}` },
      { expression: "size(object.spec.?externalIPs.orValue([])) == 0", message: `spec.externalIPs ${opened}` },
    ],
  },
  looksAt: exposures,
  *check({ type, externalIps }) {
    if ((type.value ?? "ClusterIP") !== "ClusterIP") yield type.finding(opened);
    if (externalIps && externalIps.items().length > 0) yield externalIps.finding(opened);
  },
  compliant: [attestationService],
  breakages: [
    { mistake: "a load balancer", path: "/spec/type", value: "LoadBalancer", expect: "spec.type" },
    { mistake: "a port on every node", path: "/spec/type", value: "NodePort", expect: "spec.type" },
    {
      mistake: "an address of a node's",
      path: "/spec/externalIPs",
      value: ["203.0.113.7"],
      expect: "spec.externalIPs",
    },
  ],
});
