import type { RuleAttack } from "../attack";
import { add, append, container, pod, remove, replace, set } from "../change";

const model = "Deployment/llama-8b";
const waysOut = "NetworkPolicy/ways-out";

/** What a tenant tries against the provider and its other tenants. */
export const tenants: readonly RuleAttack[] = [
  {
    id: "image-nobody-scanned",
    threat: "A tenant runs another image than the one whose scan the provider saw, with a miner in it.",
    attacker: "maliciousTenant",
    rule: "tenant-image-accepted",
    where: "both",
    base: "accepted-tenant",
    change: [replace(model, container("image"), /@sha256:.*$/, `@sha256:${"0".repeat(64)}`)],
  },
  {
    id: "registry-that-sounds-alike",
    threat: "An image comes from a registry whose name begins like an accepted one and is the tenant's own.",
    attacker: "maliciousTenant",
    rule: "tenant-registry-accepted",
    where: "both",
    base: "accepted-tenant",
    change: [replace(model, container("image"), "nvcr.io/nim/", "nvcr.io.attacker.example/nim/")],
  },
  {
    id: "privileged-constraint-for-a-tenant",
    threat:
      "An installation guide binds the privileged constraint to a tenant's accounts, and its pods reach into hosts.",
    attacker: "brokenApplication",
    rule: "tenant-security-context",
    where: "both",
    base: "accepted-tenant",
    change: [
      add({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: "constraint", namespace: "globex", labels: { "trustfoundry.dev/confidential": "true" } },
        roleRef: {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "ClusterRole",
          name: "system:openshift:scc:privileged",
        },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:serviceaccounts:globex" }],
      }),
    ],
  },
  {
    id: "quota-lifted-by-its-tenant",
    threat: "A tenant's deployer may delete the quota, and takes every GPU of the provider's on the same day.",
    attacker: "maliciousTenant",
    rule: "tenant-bounds-kept",
    where: "both",
    base: "accepted-tenant",
    change: [append("Role/deployer", ["rules", 1, "verbs"], "delete")],
  },
  {
    id: "quota-without-gpus",
    threat: "A quota that forgets GPUs lets one tenant hold all of them with pods that do nothing.",
    attacker: "maliciousTenant",
    rule: "tenant-quota-set",
    where: "preview",
    base: "accepted-tenant",
    change: [remove("ResourceQuota/tenant", ["spec", "hard", "requests.nvidia.com/pgpu"])],
  },
  {
    id: "ssh-beside-https",
    threat: "Port 22 to an accepted range is a tunnel that the provider's proxies never see.",
    attacker: "maliciousTenant",
    rule: "tenant-egress-443",
    where: "both",
    base: "accepted-tenant",
    change: [append(waysOut, ["spec", "egress", 0, "ports"], { port: 22, protocol: "TCP" })],
  },
  {
    id: "names-looked-up-outside",
    threat: "Names are asked of a server outside the cluster, and every question carries a piece of what was stolen.",
    attacker: "brokenApplication",
    rule: "tenant-egress-443",
    where: "both",
    base: "accepted-tenant",
    change: [set(waysOut, ["spec", "egress", 1, "to", 0], { ipBlock: { cidr: "203.0.113.0/28" } })],
  },
  {
    id: "hosts-of-the-neighbour",
    threat: "A tenant selects the hosts of another tenant and measures its load from beside it.",
    attacker: "maliciousTenant",
    rule: "tenant-nodes-dedicated",
    where: "both",
    base: "accepted-tenant",
    change: [set(model, pod("nodeSelector", "trustfoundry.dev/tenant"), "acme-models")],
  },
  {
    id: "model-beside-etcd",
    threat: "A tenant's pod tolerates the control plane's taint and runs beside etcd.",
    attacker: "maliciousTenant",
    rule: "tenant-off-control-plane",
    where: "both",
    base: "accepted-tenant",
    change: [
      append(model, pod("tolerations"), {
        key: "node-role.kubernetes.io/control-plane",
        operator: "Exists",
        effect: "NoSchedule",
      }),
    ],
  },
  {
    id: "priority-of-a-better-customer",
    threat: "A tenant names the priority class of a customer who pays for it, and evicts that customer's pods.",
    attacker: "maliciousTenant",
    rule: "tenant-priority-accepted",
    where: "both",
    base: "accepted-tenant",
    change: [set(model, pod("priorityClassName"), "acme-premium")],
  },
  {
    id: "asks-for-one-takes-sixteen",
    threat: "A pod asks for one CPU and takes sixteen, which no quota ever counts.",
    attacker: "maliciousTenant",
    rule: "tenant-requests-counted",
    where: "both",
    base: "accepted-tenant",
    change: [set(model, container("resources", "requests", "cpu"), "1")],
  },
  {
    id: "service-at-a-providers-address",
    threat: "A tenant's Service claims an address of the provider's and is sent its traffic.",
    attacker: "maliciousTenant",
    rule: "tenant-services-internal",
    where: "both",
    base: "accepted-tenant",
    change: [set("Service/llama-8b", "spec.externalIPs", ["192.0.2.10"])],
  },
];
