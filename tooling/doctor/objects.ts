/** The parts of Kubernetes objects that are read here; whatever else they say is not kept. */

type Texts = Readonly<Record<string, string>>;

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Texts;
  readonly annotations?: Texts;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly generation?: number;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly controller?: boolean }[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

export interface NodeObject {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status?: {
    readonly allocatable?: Texts;
    readonly capacity?: Texts;
    readonly conditions?: readonly Condition[];
    readonly nodeInfo?: {
      readonly kubeletVersion?: string;
      readonly kernelVersion?: string;
      readonly containerRuntimeVersion?: string;
    };
  };
}

export interface ContainerObject {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly resources?: { readonly limits?: Texts; readonly requests?: Texts };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface VolumeObject {
  readonly name: string;
  readonly configMap?: { readonly name?: string };
  readonly secret?: {
    readonly secretName?: string;
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
  readonly ephemeral?: {
    readonly volumeClaimTemplate?: { readonly spec?: { readonly storageClassName?: string } };
  };
}

export interface PodSpec {
  readonly nodeName?: string;
  readonly runtimeClassName?: string;
  readonly nodeSelector?: Texts;
  readonly tolerations?: readonly Toleration[];
  readonly overhead?: Texts;
  readonly containers: readonly ContainerObject[];
  readonly initContainers?: readonly ContainerObject[];
  readonly volumes?: readonly VolumeObject[];
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: { readonly reason?: string; readonly exitCode?: number; readonly message?: string };
  readonly running?: object;
}

export interface PodObject {
  readonly metadata: Metadata;
  readonly spec: PodSpec;
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly ready?: boolean;
      readonly restartCount?: number;
      readonly state?: ContainerState;
      readonly lastState?: ContainerState;
    }[];
  };
}

/** Deployment, StatefulSet, ReplicaSet. */
export interface WorkloadObject {
  readonly metadata: Metadata;
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Texts };
    readonly template: { readonly metadata?: Partial<Metadata>; readonly spec: PodSpec };
  };
  readonly status?: {
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly updatedReplicas?: number;
    readonly conditions?: readonly Condition[];
  };
}

export interface DaemonSetObject {
  readonly metadata: Metadata;
  readonly spec: { readonly template: { readonly spec: PodSpec } };
  readonly status?: {
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
  };
}

export interface EventObject {
  readonly metadata: Metadata;
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
}

export interface RuntimeClassObject {
  readonly metadata: Metadata;
  readonly handler: string;
  readonly overhead?: { readonly podFixed?: Texts };
  readonly scheduling?: { readonly nodeSelector?: Texts };
}

export interface NodeFeatureRuleObject {
  readonly metadata: Metadata;
  readonly spec?: { readonly rules?: readonly { readonly labels?: Texts; readonly extendedResources?: Texts }[] };
}

export interface ClusterPolicyObject {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly sandboxWorkloads?: {
      readonly enabled?: boolean;
      readonly mode?: string;
      readonly defaultWorkload?: string;
    };
    readonly ccManager?: { readonly enabled?: boolean; readonly defaultMode?: string };
    readonly vfioManager?: {
      readonly enabled?: boolean;
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    };
    readonly kataSandboxDevicePlugin?: { readonly enabled?: boolean };
    readonly kataManager?: { readonly enabled?: boolean };
  };
  readonly status?: { readonly state?: string };
}

export interface ConfigMapObject {
  readonly metadata: Metadata;
  readonly data?: Texts;
}

export interface QuotaObject {
  readonly metadata: Metadata;
  readonly status?: { readonly hard?: Texts; readonly used?: Texts };
}

export interface NetworkPolicyObject {
  readonly metadata: Metadata;
  readonly spec: {
    readonly podSelector?: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly Port[] }[];
    readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly Port[] }[];
  };
}

export interface LabelSelector {
  readonly matchLabels?: Texts;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface Peer {
  readonly ipBlock?: { readonly cidr: string };
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
}

export interface Port {
  readonly port?: number | string;
  readonly endPort?: number;
  readonly protocol?: string;
}

export interface ServiceObject {
  readonly metadata: Metadata;
  readonly spec: {
    readonly selector?: Texts;
    readonly ports?: readonly { readonly port: number; readonly targetPort?: number | string }[];
  };
}

export interface EndpointSliceObject {
  readonly metadata: Metadata;
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[] | null;
}

/** A Secret as it is read here: what it is called, and the names of its keys. Its values are never asked for. */
export interface SecretNames {
  readonly name: string;
  /** Undefined where the API server does not say which keys there are. */
  readonly keys?: readonly string[];
}

/** Of kubelet's `/configz`. */
export interface KubeletConfiguration {
  readonly runtimeRequestTimeout?: string;
  readonly featureGates?: Readonly<Record<string, boolean>>;
}
