import type { types } from "@pulumi/kubernetes";
import { gpuModels, gpuResource, nvswitchResource, pgpuResource } from "../host/hardware";
import type { HostProfile } from "../host/profile";
import { isConfidential } from "../host/profile";
import { passesNvSwitches } from "./gpuOperatorValues";

type LimitRangeItem = types.input.core.v1.LimitRangeItem;
type PolicyRule = types.input.rbac.v1.PolicyRule;
type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;

/** How much of a provider's hosts one tenant may take: whole units, memory in GiB. Pods that wait count, too. */
export interface TenantQuota {
  /** GPUs. */
  readonly gpus: number;
  /** NVSwitches. */
  readonly nvSwitches: number;
  /** CPUs, which pods without a GPU take on any node of the cluster. */
  readonly cpus: number;
  readonly memoryGib: number;
  readonly pods: number;
}

/**
 * The quota of a tenant that has a provider's confidential hosts to itself: what they hold, and as much again waiting. A pod
 * that no host can hold is then made, and stays Pending with the scheduler's reason.
 */
export function quotaOfHosts(hosts: readonly HostProfile[]): TenantQuota {
  const confidential = hosts.filter(isConfidential);
  const twice = (amount: (host: HostProfile) => number) =>
    2 * confidential.reduce((total, host) => total + amount(host), 0);
  return {
    gpus: twice(({ gpu }) => gpu.count),
    nvSwitches: twice((host) => (passesNvSwitches(host) ? gpuModels[host.gpu.model].nvSwitchesInTcb : 0)),
    cpus: twice(({ cpus }) => cpus),
    memoryGib: twice(({ memoryGib }) => memoryGib),
    // Every confidential pod takes a GPU or more.
    pods: twice(({ gpu }) => gpu.count),
  };
}

/**
 * The quota of a tenant that has a cloud's confidential nodes to itself: one GPU each, and as many pods again waiting. CPUs
 * and memory are what the nodes' sizes have.
 */
export function quotaOfNodes(nodes: readonly CloudNode[]): TenantQuota {
  const twice = (amount: (node: CloudNode) => number) =>
    2 * nodes.reduce((total, node) => total + node.count * amount(node), 0);
  return {
    gpus: twice(() => 1),
    nvSwitches: 0,
    cpus: twice(({ cpus }) => cpus),
    memoryGib: twice(({ memoryGib }) => memoryGib),
    pods: twice(() => 1),
  };
}

/** Confidential nodes of one size on a cloud. */
export interface CloudNode {
  /** Most nodes that there can be. */
  readonly count: number;
  readonly cpus: number;
  readonly memoryGib: number;
}

/**
 * The quota as Kubernetes writes it. Nothing of a tenant is reachable from outside but through the ingress. GPUs of the other
 * kind are bounded as well: a guest of one pod takes none that has a driver on its host, and a node passes none through.
 */
export function quotaLimits(
  { gpus, nvSwitches, cpus, memoryGib, pods }: TenantQuota,
  devices: "passedThrough" | "onNode" = "passedThrough",
): Record<string, string> {
  const onNode = devices === "onNode";
  return {
    [`requests.${gpuResource}`]: String(onNode ? gpus : 0),
    [`requests.${pgpuResource}`]: String(onNode ? 0 : gpus),
    [`requests.${nvswitchResource}`]: String(nvSwitches),
    "requests.cpu": String(cpus),
    "requests.memory": `${memoryGib}Gi`,
    pods: String(pods),
    "services.loadbalancers": "0",
    "services.nodeports": "0",
  };
}

/**
 * Limits equal requests. Kata sizes a virtual machine by limits, and quotas and the scheduler count requests: a pod that
 * asks for little and may take much would take it from the host, and from its neighbours.
 */
export const limitsEqualRequests: LimitRangeItem = {
  type: "Container",
  maxLimitRequestRatio: { cpu: "1", memory: "1" },
};

const read = ["get", "list", "watch"];
const write = [...read, "create", "update", "patch", "delete"];

/**
 * What placing a release takes, and no more: no exec, attach, port-forward or logs, no Secrets, no roles. A deployer can
 * still choose what runs; that it gets no key unless its owner released it is attestation's doing.
 *
 * Events say why a pod does not start, to people. Pulumi's Kubernetes plugin asks for them as well: it has all events of
 * the namespace told anew for each object that it makes, and keeps what nobody took (4.25.0, provider/pkg/await/await.go
 * and watchers.go), which grows with the square of the workloads. Without the right it goes without.
 */
export function deployerRules(readsEvents = true): PolicyRule[] {
  return [
    { apiGroups: ["apps"], resources: ["deployments", "statefulsets"], verbs: write },
    { apiGroups: [""], resources: ["services", "serviceaccounts"], verbs: write },
    { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: write },
    { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: write },
    // To wait until a release is ready, and to say why it is not.
    { apiGroups: ["apps"], resources: ["replicasets", "controllerrevisions"], verbs: read },
    {
      apiGroups: [""],
      resources: ["pods", ...(readsEvents ? ["events"] : []), "endpoints", "persistentvolumeclaims"],
      verbs: read,
    },
    { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
  ];
}

/** Nothing in, nothing out, for every pod of the namespace. */
export const denyAll: NetworkPolicySpec = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

/** Where a cluster's own DNS answers: its namespace, its pods' label, and the port that the pods listen on. */
const dnsOf = {
  kubernetes: { namespace: "kube-system", pods: { "k8s-app": "kube-dns" }, port: 53 },
  // openshift/cluster-dns-operator assets/dns: the service's 53 is the pods' 5353, and network policies see pods' ports.
  openshift: {
    namespace: "openshift-dns",
    pods: { "dns.operator.openshift.io/daemonset-dns": "default" },
    port: 5353,
  },
} as const;

export type TenantPlatform = keyof typeof dnsOf;

/** Names can be looked up, at the cluster's own DNS. */
export function allowDns(platform: TenantPlatform): NetworkPolicySpec {
  const { namespace, pods, port } = dnsOf[platform];
  return {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
            podSelector: { matchLabels: pods },
          },
        ],
        ports: [
          { port, protocol: "UDP" },
          { port, protocol: "TCP" },
        ],
      },
    ],
  };
}

/** HTTPS to certain ranges. No ranges, no rule: an empty list of peers would mean everybody. */
export function allowHttps(cidrs: readonly string[]): NetworkPolicySpec | undefined {
  if (cidrs.length === 0) return undefined;
  const to = [...cidrs].sort().map((cidr) => ({ ipBlock: { cidr } }));
  return { podSelector: {}, policyTypes: ["Egress"], egress: [{ to, ports: [{ port: 443, protocol: "TCP" }] }] };
}
