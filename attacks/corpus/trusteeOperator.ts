import type { RuleAttack } from "../attack";
import { remove, set } from "../change";

const base = "trustee-operator";
const kbs = "KbsConfig/kbs";
const allowed = ["metadata", "annotations", "haproxy.router.openshift.io/ip_allowlist"];
const migrated = ["metadata", "annotations", "kbs.confidentialcontainers.org/migrated-from-v1.1.0"];

/** The model owner's key broker where Red Hat's operator runs it. */
export const trusteeOperator: readonly RuleAttack[] = [
  {
    id: "policy-left-to-the-operator",
    threat:
      "One line is lost in a merge, the policy's name; a rented machine with a genuine TEE has all keys next morning.",
    attacker: "carelessEngineer",
    rule: "operator-key-broker-complete",
    where: "both",
    base,
    change: [remove(kbs, "spec.kbsResourcePolicyConfigMapName")],
  },
  {
    id: "gpu-policy-left-to-the-operator",
    threat: "GPUs are judged by the policy that Trustee brings along, which has never heard of this owner's drivers.",
    attacker: "providerInsider",
    rule: "operator-key-broker-complete",
    where: "both",
    base,
    change: [remove(kbs, "spec.kbsGpuAttestationPolicyConfigMapName")],
  },
  {
    id: "services-from-a-staging-registry",
    threat:
      "The key broker's neighbours come from a registry of nightly builds, and whoever pushes there sits beside the keys.",
    attacker: "supplyChain",
    rule: "operator-key-broker-one-process",
    where: "both",
    base,
    change: [set(kbs, "spec.kbsDeploymentType", "MicroservicesDeployment")],
  },
  {
    id: "services-by-a-default-that-lies",
    threat: "The field is left out because its description promises one process, and three containers start.",
    attacker: "supplyChain",
    rule: "operator-key-broker-one-process",
    where: "both",
    base,
    change: [remove(kbs, "spec.kbsDeploymentType")],
  },
  {
    id: "policy-deleted-as-outdated",
    threat: "After an update the operator takes the owner's policy for an old one, and puts Red Hat's in its place.",
    attacker: "brokenApplication",
    rule: "operator-maps-ours",
    where: "preview",
    base,
    change: [remove("ConfigMap/trustee-resource-policy", migrated)],
  },
  {
    id: "policy-from-elsewhere",
    threat: "The key broker is pointed at a ConfigMap that somebody else keeps, and that no review has seen.",
    attacker: "maliciousTenant",
    rule: "operator-maps-ours",
    where: "preview",
    base,
    change: [set(kbs, "spec.kbsResourcePolicyConfigMapName", "somebody-elses-policy")],
  },
  {
    id: "route-for-the-whole-internet",
    threat: "The router lets everybody in to the one service that hands out keys, to try and to flood it.",
    attacker: "networkAttacker",
    rule: "key-broker-service-bounded",
    where: "both",
    base,
    change: [remove("Route/kbs-route", allowed)],
  },
  {
    id: "route-by-a-list-with-commas",
    threat: "A comma stands where OpenShift's router wants a blank; it passes over the list, and lets everybody in.",
    attacker: "carelessEngineer",
    rule: "key-broker-service-bounded",
    where: "both",
    base,
    change: [set("Route/kbs-route", allowed, "198.51.100.0/24,192.0.2.0/24")],
  },
];
