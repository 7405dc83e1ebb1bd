import type { types } from "@pulumi/kubernetes";
import { allowDns } from "../cluster/tenantRules";
import type { TrusteeService } from "./trusteeLayout";
import { ports, serviceName } from "./trusteeLayout";
import { trusteeLabels } from "./trusteePods";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;

/** The internet without what is inside: private, shared, loopback and link-local ranges, cloud metadata among them. */
export const publicInternet = {
  cidr: "0.0.0.0/0",
  except: ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
} as const;

export interface TrusteeNetworkArgs {
  /** Ranges that guests come from, as the KBS's pods see them. */
  readonly clientCidrs: readonly string[];
  /**
   * Where the AS finds collateral and NVIDIA's attestation service. Default: the public internet, since their addresses
   * change; narrow it where a proxy or a local collateral service stands in between.
   */
  readonly evidenceServiceCidrs?: readonly string[];
}

/**
 * Who may talk to whom, by name of the policy; the namespace denies everything else. The KBS, which holds the keys, has
 * no way out but to the AS. Counts where the cluster's network plugin enforces it.
 */
export function trusteeNetwork({
  clientCidrs,
  evidenceServiceCidrs,
}: TrusteeNetworkArgs): Record<string, NetworkPolicySpec> {
  if (clientCidrs.length === 0)
    throw new Error("clientCidrs is empty: no guest could reach the key broker; name the ranges that guests come from");
  const guests = [...clientCidrs].sort().map((cidr) => ({ ipBlock: { cidr } }));
  const evidenceServices =
    evidenceServiceCidrs && evidenceServiceCidrs.length > 0
      ? [...evidenceServiceCidrs].sort().map((cidr) => ({ ipBlock: { cidr } }))
      : [{ ipBlock: { cidr: publicInternet.cidr, except: [...publicInternet.except] } }];
  return {
    // The RVPS looks nothing up.
    "allow-dns": {
      ...allowDns,
      podSelector: {
        matchExpressions: [
          { key: "app.kubernetes.io/name", operator: "In", values: [serviceName("as"), serviceName("kbs")] },
        ],
      },
    },
    kbs: {
      podSelector: { matchLabels: trusteeLabels("kbs") },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: guests, ports: [tcp(ports.kbs)] }],
      egress: [{ to: [pods("as")], ports: [tcp(ports.as)] }],
    },
    as: {
      podSelector: { matchLabels: trusteeLabels("as") },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [pods("kbs")], ports: [tcp(ports.as)] }],
      egress: [
        { to: [pods("rvps")], ports: [tcp(ports.rvps)] },
        { to: evidenceServices, ports: [tcp(443)] },
      ],
    },
    rvps: {
      podSelector: { matchLabels: trusteeLabels("rvps") },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [pods("as")], ports: [tcp(ports.rvps)] }],
    },
  };
}

const tcp = (port: number) => ({ port, protocol: "TCP" });
const pods = (service: TrusteeService) => ({ podSelector: { matchLabels: trusteeLabels(service) } });
