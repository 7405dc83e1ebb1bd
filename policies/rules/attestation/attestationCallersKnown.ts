import { attestationService, attestationServiceNetwork } from "../../examples/trustee";
import { someKnown } from "../../evaluate";
import type { KubernetesObject } from "../../kubernetes";
import { objects } from "../../kubernetes";
import type { Finding, Place } from "../../place";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { issue, repositories } from "../../sources";
import { internalPorts } from "../../trusteePods";

const services = objects("v1/Service");
const networkPolicies = objects("networking.k8s.io/v1/NetworkPolicy");

export const attestationCallersKnown = stackRule({
  id: "attestation-callers-known",
  title: "Attestation service and reference value provider answer each other and the key broker, and no other pod",
  pillar: "attestation",
  severity: "high",
  threat:
    "Any pod of the owner's cluster, a compromised one included, sets attestation policies and reference values: neither service asks who is calling.",
  remediation:
    "Add a NetworkPolicy in the same namespace whose podSelector is the Service's selector, with an ingress rule that names the calling pods.",
  source: issue(repositories.trustee, 761),
  platforms,
  claims: ["key-broker-closed"],
  boundary: { by: "ownControlPlane", how: "counts where the owner's network plugin enforces network policies" },
  kinds: ["Services with port 50003 or 50004"],
  *select(resource) {
    for (const service of services.select(resource))
      if (!service.partial && internalPorts(service).length > 0) yield service;
  },
  *check(service, all) {
    const selector = service.body.at("spec", "selector");
    const walls = policiesOf(all).filter((policy) => isAbout(policy, service));
    if (!someKnown(walls, closesIngress)) {
      yield selector.finding("selects pods that no NetworkPolicy of this stack closes for incoming traffic");
      return;
    }
    yield* openings(walls, selector);
  },
  compliant: [attestationService, attestationServiceNetwork],
  breakages: [
    {
      mistake: "no wall around the attestation service",
      resource: 1,
      path: "/spec/podSelector/matchLabels",
      value: { "app.kubernetes.io/name": "trustee-kbs" },
      expect: "spec.selector",
    },
    {
      mistake: "a wall in another namespace",
      resource: 1,
      path: "/metadata/namespace",
      value: "other",
      expect: "spec.selector",
    },
    {
      mistake: "every pod of the cluster let in",
      resource: 1,
      path: "/spec/ingress/0/from/0",
      value: { namespaceSelector: {} },
      expect: "spec.selector",
    },
    {
      mistake: "the attestation service opened to an address",
      resource: 1,
      path: "/spec/ingress/0/from/0",
      value: { ipBlock: { cidr: "10.0.0.0/8" } },
      expect: "spec.selector",
    },
    {
      mistake: "callers of the attestation service left out",
      resource: 1,
      path: "/spec/ingress/0/from",
      remove: true,
      expect: "spec.selector",
    },
  ],
});

function policiesOf(all: readonly Resource[]): KubernetesObject[] {
  return all.flatMap((resource) => [...networkPolicies.select(resource)]);
}

/** In the Service's namespace, and selecting all of its pods. */
function isAbout({ body }: KubernetesObject, service: KubernetesObject): boolean {
  const namespace = (place: Place) => place.at("metadata", "namespace").text ?? "default";
  if (namespace(body) !== namespace(service.body)) return false;
  const chosen = body.at("spec", "podSelector");
  const labels = service.body.at("spec", "selector");
  return (
    chosen.at("matchExpressions").items().length === 0 &&
    chosen
      .at("matchLabels")
      .keys()
      .every((key) => chosen.at("matchLabels", key).text === labels.at(key).text)
  );
}

/** Left out, policyTypes are Ingress, and Egress where there are rules for it. */
function closesIngress({ body }: KubernetesObject): boolean {
  const types = body.at("spec", "policyTypes");
  return !types.present || types.items().some(({ text }) => text === "Ingress");
}

/** Rules and peers that are every pod of the namespace, of the cluster, or everybody. */
function* openings(walls: readonly KubernetesObject[], selector: Place): Iterable<Finding> {
  for (const { body } of walls)
    for (const rule of body.at("spec", "ingress").items()) {
      const peers = rule.at("from").items();
      if (peers.length === 0 || peers.some(isAnybody))
        yield selector.finding("selects pods that a NetworkPolicy opens to pods without a name");
    }
}

function isAnybody(peer: Place): boolean {
  if (peer.at("ipBlock").present) return true;
  const pods = peer.at("podSelector");
  return ["matchLabels", "matchExpressions"].every((key) => {
    const terms = pods.at(key);
    return terms.keys().length + terms.items().length === 0;
  });
}
