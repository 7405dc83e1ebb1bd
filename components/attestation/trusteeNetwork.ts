import type { types } from "@pulumi/kubernetes";
import { publicInternet } from "../cluster/publicInternet";
import { allowDns } from "../cluster/tenantRules";
import type { CollateralService } from "./evidenceSources";
import type { AttestationServiceChoice } from "./intelTrustAuthority";
import type { KeyStore } from "./keyStore";
import { httpsPort, placePeers } from "./servicePlace";
import type { Sessions } from "./sessions";
import type { TrusteeService } from "./trusteeLayout";
import { ports, serviceName } from "./trusteeLayout";
import { trusteeLabels } from "./trusteePods";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;
type NetworkPolicyPeer = types.input.networking.v1.NetworkPolicyPeer;
type NetworkPolicyEgressRule = types.input.networking.v1.NetworkPolicyEgressRule;

export interface TrusteeNetworkArgs {
  /** Ranges that guests come from, as the KBS's pods see them. */
  readonly clientCidrs: readonly string[];
  /**
   * Where the AS finds collateral and NVIDIA's attestation service, or the KBS Intel Trust Authority. Default: the public
   * internet, since their addresses change; narrow it where a proxy or a local collateral service stands in between.
   */
  readonly evidenceServiceCidrs?: readonly string[] | undefined;
  readonly collateralService?: CollateralService | undefined;
  /** Who judges evidence. Default: Trustee's own attestation service, which is then the KBS's only way out. */
  readonly service?: AttestationServiceChoice | undefined;
  readonly keyStore?: KeyStore | undefined;
  readonly sessions?: Sessions | undefined;
  /**
   * Namespace of this cluster whose pods may fetch metrics. /metrics has no port and no authentication of its own, and a
   * network policy tells no path from another: whoever is let in here may also ask for keys, and gets none without
   * evidence; and whoever is in `clientCidrs` may read the metrics.
   */
  readonly metricsFrom?: string | undefined;
}

/**
 * Who may talk to whom, by name of the policy; the namespace denies everything else. The KBS, which holds the keys, has
 * no way out but to who judges evidence, and to its key store and sessions where they are kept elsewhere. Counts where
 * the cluster's network plugin enforces it.
 */
export function trusteeNetwork(args: TrusteeNetworkArgs): Record<string, NetworkPolicySpec> {
  const { clientCidrs, metricsFrom } = args;
  if (clientCidrs.length === 0)
    throw new Error("clientCidrs is empty: no guest could reach the key broker; name the ranges that guests come from");
  const guests = [...clientCidrs].sort().map((cidr) => ({ ipBlock: { cidr } }));
  const intel = args.service?.kind === "intelTrustAuthority";
  return {
    // The RVPS looks nothing up.
    "allow-dns": {
      ...allowDns("kubernetes"),
      podSelector: {
        matchExpressions: [
          { key: "app.kubernetes.io/name", operator: "In", values: [serviceName("as"), serviceName("kbs")] },
        ],
      },
    },
    kbs: {
      podSelector: { matchLabels: trusteeLabels("kbs") },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: guests, ports: [tcp(ports.kbs)] },
        ...(metricsFrom === undefined
          ? []
          : [{ from: placePeers({ namespace: metricsFrom }), ports: [tcp(ports.kbs)] }]),
      ],
      egress: [...(intel ? evidenceEgress(args) : [{ to: [pods("as")], ports: [tcp(ports.as)] }]), ...outside(args)],
    },
    ...(intel ? {} : attestationNetwork(args)),
  };
}

/** Of Trustee's own attestation service and its reference values. */
function attestationNetwork(args: TrusteeNetworkArgs): Record<string, NetworkPolicySpec> {
  return {
    as: {
      podSelector: { matchLabels: trusteeLabels("as") },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [pods("kbs")], ports: [tcp(ports.as)] }],
      egress: [{ to: [pods("rvps")], ports: [tcp(ports.rvps)] }, ...evidenceEgress(args)],
    },
    rvps: {
      podSelector: { matchLabels: trusteeLabels("rvps") },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [pods("as")], ports: [tcp(ports.rvps)] }],
    },
  };
}

/** Where the KBS goes besides the AS: its key store and its sessions, each by its own port. */
function outside({ keyStore, sessions }: TrusteeNetworkArgs) {
  return [
    ...(keyStore && keyStore.kind !== "kvstorage"
      ? [
          {
            to: placePeers(keyStore.reachedAt),
            ports: [tcp(storePort(keyStore))],
          },
        ]
      : []),
    ...(sessions?.kind === "postgres" ? [{ to: placePeers(sessions.reachedAt), ports: [tcp(sessions.port)] }] : []),
  ];
}

function storePort(keyStore: KeyStore): number {
  if (keyStore.kind === "vault") return httpsPort(keyStore.url);
  return keyStore.kind === "pkcs11" ? keyStore.port : 443;
}

/** Where whoever judges evidence finds collateral and NVIDIA's attestation service. */
export function evidenceEgress({
  evidenceServiceCidrs = [],
  collateralService,
}: Pick<TrusteeNetworkArgs, "evidenceServiceCidrs" | "collateralService">): NetworkPolicyEgressRule[] {
  const evidenceServices =
    evidenceServiceCidrs.length > 0
      ? [...evidenceServiceCidrs].sort().map((cidr) => ({ ipBlock: { cidr } }))
      : [{ ipBlock: { cidr: publicInternet.cidr, except: [...publicInternet.except] } }];
  return [{ to: evidenceServices, ports: [tcp(443)] }, ...collateral(collateralService, evidenceServices)];
}

/** A collateral service of one's own may be elsewhere than the public ones, and on another port. */
function collateral(service: CollateralService | undefined, evidenceServices: NetworkPolicyPeer[]) {
  if (!service) return [];
  const port = httpsPort(service.url);
  if (!service.reachedAt && port === 443) return [];
  return [{ to: service.reachedAt ? placePeers(service.reachedAt) : evidenceServices, ports: [tcp(port)] }];
}

const tcp = (port: number) => ({ port, protocol: "TCP" });
const pods = (service: TrusteeService) => ({ podSelector: { matchLabels: trusteeLabels(service) } });
