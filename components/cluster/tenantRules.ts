import type { types } from "@pulumi/kubernetes";
import { nvswitchResource, pgpuResource } from "../host/hardware";
import type { HostProfile } from "../host/profile";
import { hostNvSwitches, isConfidential } from "../host/profile";

type PolicyRule = types.input.rbac.v1.PolicyRule;
type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;

/** How much of a provider's hosts one tenant may take: whole units, memory in GiB. Pending pods count, too. */
export interface TenantQuota {
  readonly gpus: number;
  readonly nvSwitches: number;
  readonly cpus: number;
  readonly memoryGib: number;
  readonly pods: number;
}

/** All that a provider's confidential hosts have: for a tenant that has them to itself. */
export function quotaOfHosts(hosts: readonly HostProfile[]): TenantQuota {
  const confidential = hosts.filter(isConfidential);
  const sum = (amount: (host: HostProfile) => number) => confidential.reduce((total, host) => total + amount(host), 0);
  const gpus = sum(({ gpu }) => gpu.count);
  return {
    gpus,
    nvSwitches: sum(hostNvSwitches),
    cpus: sum(({ cpus }) => cpus),
    memoryGib: sum(({ memoryGib }) => memoryGib),
    // Every confidential pod takes a GPU or more; the other half is for pods that end, or wait.
    pods: 2 * gpus,
  };
}

/** The quota as Kubernetes writes it. Nothing of a tenant is reachable from outside but through the ingress. */
export function quotaLimits(quota: TenantQuota): Record<string, string> {
  return {
    [`requests.${pgpuResource}`]: String(quota.gpus),
    [`requests.${nvswitchResource}`]: String(quota.nvSwitches),
    "requests.cpu": String(quota.cpus),
    "requests.memory": `${quota.memoryGib}Gi`,
    pods: String(quota.pods),
    "services.loadbalancers": "0",
    "services.nodeports": "0",
  };
}

const read = ["get", "list", "watch"];
const write = [...read, "create", "update", "patch", "delete"];

/**
 * What placing a release takes, and no more: no exec, attach, port-forward or logs, no Secrets, no roles. A deployer can
 * still choose what runs; that it gets no key unless its owner released it is attestation's doing.
 */
export const deployerRules: readonly PolicyRule[] = [
  { apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: write },
  { apiGroups: [""], resources: ["services", "serviceaccounts"], verbs: write },
  { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: write },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: write },
  // To wait until a release is ready, and to say why it is not.
  { apiGroups: ["apps"], resources: ["replicasets", "controllerrevisions"], verbs: read },
  { apiGroups: [""], resources: ["pods", "events", "endpoints", "persistentvolumeclaims"], verbs: read },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
];

/** Nothing in, nothing out, for every pod of the namespace. */
export const denyAll: NetworkPolicySpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

/** Names can be looked up, at the cluster's own DNS. */
export const allowDns: NetworkPolicySpec = {
  podSelector: {},
  policyTypes: ["Egress"],
  egress: [
    {
      to: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
          podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
        },
      ],
      ports: [
        { port: 53, protocol: "UDP" },
        { port: 53, protocol: "TCP" },
      ],
    },
  ],
};

/** HTTPS to certain ranges. No ranges, no rule: an empty list of peers would mean everybody. */
export function allowHttps(cidrs: readonly string[]): NetworkPolicySpec | undefined {
  if (cidrs.length === 0) return undefined;
  const to = [...cidrs].sort().map((cidr) => ({ ipBlock: { cidr } }));
  return { podSelector: {}, policyTypes: ["Egress"], egress: [{ to, ports: [{ port: 443, protocol: "TCP" }] }] };
}
