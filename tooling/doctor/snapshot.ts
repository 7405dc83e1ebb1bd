import type { GuestImage } from "../../components/guest/measurement/guestImage";
import type { HostProfile } from "../../components/host/profile";
import type { Release } from "../../components/workload/release";
import type {
  ClusterPolicyObject,
  ConfigMapObject,
  DaemonSetObject,
  EndpointSliceObject,
  EventObject,
  KubeletConfiguration,
  Metadata,
  NetworkPolicyObject,
  NodeFeatureRuleObject,
  NodeObject,
  PodObject,
  QuotaObject,
  RuntimeClassObject,
  SecretNames,
  ServiceObject,
  WorkloadObject,
} from "./objects";
import type { Presented } from "./presented";
import type { Seen } from "./seen";

/** All that a diagnosis looks at, read once. Whatever is said of a cluster is said of this moment. */
export interface Snapshot {
  readonly now: Date;
  /** A rehearsal's clusters: what no simulated host has (a kubelet, an operator that reports) is then not asked for. */
  readonly simulated: boolean;
  /** Hosts as the provider declared them, where that is known: what they are made of stands in no Node. */
  readonly hosts: readonly HostProfile[];
  readonly cluster: ClusterSnapshot;
  /** The model owner's cluster, where its credentials were given. */
  readonly trust?: TrustSnapshot;
  /** Releases whose files were given. */
  readonly releases: readonly Release[];
  /** What a guest showed, or would show: a token, evidence, or a rehearsal's SIMULATED evidence. */
  readonly presented: readonly Presented[];
  /** Guest images by which a wrong measurement can be explained. */
  readonly guestImages: readonly GuestImage[];
}

/** The provider's cluster. */
export interface ClusterSnapshot {
  readonly version: Seen<string>;
  readonly nodes: Seen<readonly NodeObject[]>;
  readonly daemonSets: Seen<readonly DaemonSetObject[]>;
  /** Deployments of operators: all of the cluster. */
  readonly deployments: Seen<readonly WorkloadObject[]>;
  readonly runtimeClasses: Seen<readonly RuntimeClassObject[]>;
  /** CustomResourceDefinitions by name; null where there is none. */
  readonly definitions: Readonly<Record<DefinitionName, Seen<{ readonly metadata: Metadata } | null>>>;
  readonly nodeFeatureRules: Seen<readonly NodeFeatureRuleObject[]>;
  readonly clusterPolicies: Seen<readonly ClusterPolicyObject[]>;
  readonly storageClasses: Seen<readonly { readonly metadata: Metadata }[]>;
  /** The kubelet drop-in that the provider's stack leaves for hosts; null where there is none. */
  readonly kubeletSettings: Seen<ConfigMapObject | null>;
  /** The shims' own settings; null where there are none. */
  readonly kataDropIns: Seen<ConfigMapObject | null>;
  /** By node: what kubelet says that it runs with. */
  readonly kubelets: Readonly<Record<string, Seen<KubeletConfiguration>>>;
  /** Names of the namespaces that were looked at. */
  readonly tenants: Seen<readonly string[]>;
  /** Namespaces of confidential pods, by name. */
  readonly namespaces: Readonly<Record<string, NamespaceSnapshot>>;
}

export const definitionNames = ["nodefeaturerules.nfd.k8s-sigs.io", "clusterpolicies.nvidia.com"] as const;
export type DefinitionName = (typeof definitionNames)[number];

export interface NamespaceSnapshot {
  readonly pods: Seen<readonly PodObject[]>;
  /** Deployments, StatefulSets and ReplicaSets, each with its kind. */
  readonly workloads: Seen<readonly (WorkloadObject & { readonly kind: string })[]>;
  readonly events: Seen<readonly EventObject[]>;
  readonly quotas: Seen<readonly QuotaObject[]>;
  readonly networkPolicies: Seen<readonly NetworkPolicyObject[]>;
}

/** The model owner's cluster, as far as its key broker goes. */
export interface TrustSnapshot {
  readonly deployments: Seen<readonly WorkloadObject[]>;
  readonly pods: Seen<readonly PodObject[]>;
  readonly services: Seen<readonly ServiceObject[]>;
  readonly endpointSlices: Seen<readonly EndpointSliceObject[]>;
  readonly networkPolicies: Seen<readonly NetworkPolicyObject[]>;
  readonly configMaps: Seen<readonly ConfigMapObject[]>;
  readonly secrets: Seen<readonly SecretNames[]>;
  /** Blocks of releases in the live resource policy, by id. */
  readonly blocks: Seen<Readonly<Record<string, PolicyBlock>>>;
  /** Values by name, as the live reference value provider has them mounted. */
  readonly referenceValues: Seen<Readonly<Record<string, unknown>>>;
  /** What answers guests: the certificates that it showed, its own first. */
  readonly certificate: Seen<ShownCertificate>;
}

export interface ShownCertificate {
  /** PEM, the leaf first. */
  readonly chain: readonly string[];
  /** Where it was seen: an address, or a rehearsal's file. */
  readonly at: string;
}

/** What the resource policy holds a guest against (components/attestation/releaseBlock.ts). */
export interface PolicyBlock {
  readonly from: number;
  readonly until: number;
  readonly paths: readonly unknown[];
  readonly init_data: string;
  readonly cpu: Readonly<Record<string, unknown>> & { readonly tee: string };
  readonly gpus: number;
  readonly switches: number;
  readonly drivers: readonly string[];
  readonly vbios: readonly string[];
  readonly switch_bios?: readonly string[];
  readonly submods?: readonly string[];
}
