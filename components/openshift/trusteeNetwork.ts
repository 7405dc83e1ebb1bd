import type { types } from "@pulumi/kubernetes";
import type { CollateralService } from "../attestation/evidenceSources";
import { placePeers } from "../attestation/servicePlace";
import { evidenceEgress } from "../attestation/trusteeNetwork";
import { denyAll } from "../cluster/tenantRules";
import { operatorOwnLabels, operatorPodLabels, operatorService } from "./trusteeLayout";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;

/** How OpenShift's router runs: in a network of pods, or in the hosts' own, as it does on bare metal. */
export const routerNetworks = ["pods", "host"] as const;
export type RouterNetwork = (typeof routerNetworks)[number];

export interface OperatorNetworkArgs {
  /** Default pods. */
  readonly router?: RouterNetwork | undefined;
  readonly evidenceServiceCidrs?: readonly string[] | undefined;
  readonly collateralService?: CollateralService | undefined;
  readonly metricsFrom?: string | undefined;
}

/**
 * Labels of OpenShift's namespaces for traffic of its routers: openshift-docs, "Allowing traffic from Ingress Controllers",
 * and for routers in the hosts' network.
 */
const routerLabels: Readonly<Record<RouterNetwork, string>> = {
  pods: "policy-group.network.openshift.io/ingress",
  host: "policy-group.network.openshift.io/host-network",
};

/**
 * Who may talk to whom in the operator's namespace, by name of the policy. Guests come by the router, so the ranges that
 * they come from stand at the Route. Key broker and attestation service are one process here: what holds the keys is what
 * asks AMD, Intel and NVIDIA, and reaches the public internet on 443 unless `evidenceServiceCidrs` says less.
 */
export function operatorNetwork(args: OperatorNetworkArgs): Record<string, NetworkPolicySpec> {
  const { router = "pods", metricsFrom } = args;
  return {
    "deny-all": denyAll,
    "allow-dns": {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "openshift-dns" } } }],
          // The pods' own port: OpenShift's network judges traffic to a Service by where it arrives.
          ports: [
            { port: 5353, protocol: "UDP" },
            { port: 5353, protocol: "TCP" },
          ],
        },
      ],
    },
    // The operator looks after objects of the API server, whose addresses are the control plane's hosts.
    operator: {
      podSelector: { matchLabels: operatorOwnLabels },
      policyTypes: ["Egress"],
      egress: [{ ports: [tcp(6443)] }],
    },
    kbs: {
      podSelector: { matchLabels: operatorPodLabels },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { [routerLabels[router]]: "" } } }],
          ports: [tcp(operatorService.port)],
        },
        ...(metricsFrom === undefined
          ? []
          : [{ from: placePeers({ namespace: metricsFrom }), ports: [tcp(operatorService.port)] }]),
      ],
      egress: evidenceEgress(args),
    },
  };
}

const tcp = (port: number) => ({ port, protocol: "TCP" });
