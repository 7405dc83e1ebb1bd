import type { types } from "@pulumi/kubernetes";
import type { TenantPlatform } from "../cluster/tenantRules";
import { allowDns } from "../cluster/tenantRules";
import { managedLabels } from "../cluster/labels";
import type { ArchiveFiles, PartnerChart } from "../partnerChart";
import { missingInValues, partnerChartProblems } from "../partnerChart";

type PodTemplateSpec = types.input.core.v1.PodTemplateSpec;
type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;

/** The join token that enrols a node with Fortanix Confidential Computing Manager: a key of a Secret that exists. */
export interface JoinToken {
  readonly secret: string;
  readonly key: string;
}

/** The Node Agent as a container of one's own, since no manifest of it is public. */
export interface NodeAgentDaemonSet {
  readonly kind: "daemonSet";
  readonly namespace: string;
  /** Image of the agent, by digest. */
  readonly image: string;
  readonly joinToken: JoinToken;
  /** Environment variable in which the agent expects the token. */
  readonly joinTokenVariable: string;
  /** Other variables, nothing secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** Devices by extended resource, such as sgx.intel.com/enclave: 1, from a device plugin: no path of the host is mounted. */
  readonly devices: Readonly<Record<string, number>>;
  /** Numeric user of the agent; never root. */
  readonly user: number;
  /** Where the agent reaches the manager, on 443. */
  readonly managerCidrs: readonly string[];
}

/** The Node Agent by a chart from Fortanix. */
export interface NodeAgentChart {
  readonly kind: "chart";
  readonly chart: PartnerChart;
  readonly joinToken: JoinToken;
}

export type NodeAgent = NodeAgentDaemonSet | NodeAgentChart;

/** Why it may not be placed, as sentences. Empty when it may. */
export function nodeAgentProblems(agent: NodeAgent, files?: ArchiveFiles): string[] {
  if (agent.kind === "daemonSet")
    return agent.joinTokenVariable in agent.environment
      ? [
          `environment.${agent.joinTokenVariable}: is the join token's variable; remove it, the token comes from joinToken.secret`,
        ]
      : [];
  return [
    ...partnerChartProblems(agent.chart, files),
    ...missingInValues(agent.chart.values, { "joinToken.secret": agent.joinToken.secret }).map(
      (name) => `${name}: stands nowhere in chart.values, so the agent would find no token; name that Secret there`,
    ),
  ];
}

/** What a provider should hear at every preview. */
export const nodeAgentWarnings: readonly string[] = [
  "Fortanix documents its Node Agent for SGX and EnclaveOS; nothing public says what it attests of TDX, SEV-SNP or a GPU, " +
    "so an enrolled node is no evidence about a guest: releases are judged by the model owner's Trustee alone",
];

const name = "fortanix-node-agent";
export const nodeAgentLabels = { "app.kubernetes.io/name": name, ...managedLabels("infrastructureProvider") };

/**
 * As little as an agent can be given: no host path, no host namespace, no capability, no token of the cluster. What asks
 * for more than devices of a device plugin comes as a chart, whose namespace says so.
 */
export function nodeAgentPod(agent: NodeAgentDaemonSet, hosts: readonly string[]): PodTemplateSpec {
  const { joinToken, devices } = agent;
  const counted = Object.fromEntries(Object.entries(devices).map(([device, count]) => [device, String(count)]));
  return {
    metadata: { labels: nodeAgentLabels },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: agent.user,
        runAsGroup: agent.user,
        fsGroup: agent.user,
        seccompProfile: { type: "RuntimeDefault" },
      },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [...hosts].sort() }] },
            ],
          },
        },
      },
      containers: [
        {
          name: "node-agent",
          image: agent.image,
          imagePullPolicy: "IfNotPresent",
          env: [
            {
              name: agent.joinTokenVariable,
              valueFrom: { secretKeyRef: { name: joinToken.secret, key: joinToken.key } },
            },
            ...Object.entries(agent.environment)
              .map(([variable, value]) => ({ name: variable, value }))
              .sort((a, b) => (a.name < b.name ? -1 : 1)),
          ],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          resources: {
            requests: { cpu: "50m", memory: "64Mi", ...counted },
            limits: { cpu: "500m", memory: "512Mi", ...counted },
          },
          volumeMounts: [{ name: "scratch", mountPath: "/tmp" }],
        },
      ],
      volumes: [{ name: "scratch", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } }],
    },
  };
}

/** Who the agent talks to, by name of the policy: the manager, and nobody to it. */
export function nodeAgentNetwork(
  { managerCidrs }: NodeAgentDaemonSet,
  platform: TenantPlatform = "kubernetes",
): Record<string, NetworkPolicySpec> {
  return {
    "deny-all": { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    "allow-dns": allowDns(platform),
    manager: {
      podSelector: { matchLabels: { "app.kubernetes.io/name": name } },
      policyTypes: ["Egress"],
      egress: [
        {
          to: [...managerCidrs].sort().map((cidr) => ({ ipBlock: { cidr } })),
          ports: [{ port: 443, protocol: "TCP" }],
        },
      ],
    },
  };
}
