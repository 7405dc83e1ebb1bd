/*
 * What is asked of Google Cloud, as plain data: components render it, and constraints.ts says what of it cannot be had.
 * Optional settings have the only good value as their default; another one is refused or warned of, with the reason.
 */

/** Google's names of the CPU's TEEs. */
export type GcpTee = "SEV" | "SEV_SNP" | "TDX";

/** How capacity is got. Each way brings its companion settings with it. */
export type Provisioning =
  | { readonly kind: "spot"; readonly onPreemption: "STOP" | "DELETE" }
  | { readonly kind: "flexStart"; readonly maxRunSeconds: number }
  | { readonly kind: "reservation"; readonly name: string }
  | { readonly kind: "standard" };

/** One kind of node with a confidential GPU. */
export interface NodeRequest {
  /** Machine type with exactly one confidential GPU, such as `a3-highgpu-1g`. */
  readonly machineType: string;
  /** Region of all zones, such as `us-central1`. */
  readonly region: string;
  readonly provisioning: Provisioning;
  /** TEE of the CPU. Default: what the machine type has. */
  readonly tee?: GcpTee;
  /** GPUs of each node. Default 1, and there is nothing else. */
  readonly gpus?: number;
  /** Boot disk in GiB. */
  readonly bootDiskGib: number;
  /** Type of the boot disk. Default `hyperdisk-balanced`. */
  readonly diskType?: string;
  /** Whose key encrypts the boot disk: one of this project's KMS, or Google's own. */
  readonly diskKey: "kms" | "google";
  /** Confidential mode of the boot disk. Default false. */
  readonly confidentialStorage?: boolean;
}

/** A virtual machine outside of any cluster. */
export interface MachineRequest extends NodeRequest {
  readonly zone: string;
  /** Image to boot, by its full name. */
  readonly image: string;
  /** Features of the image where they are known, such as `TDX_CAPABLE`. */
  readonly imageFeatures?: readonly string[];
  /** Default TERMINATE: a machine with a TEE or a GPU cannot be moved. */
  readonly onHostMaintenance?: "TERMINATE" | "MIGRATE";
  /** Default NVME. */
  readonly diskInterface?: "NVME" | "SCSI";
  /** Default GVNIC. */
  readonly nicType?: "GVNIC" | "VIRTIO_NET";
}

/** A Confidential Space machine: a container that Google's attestation service vouches for, together with its GPU. */
export interface SpaceRequest extends MachineRequest {
  /** The workload's image by digest. */
  readonly container: string;
}

/** A pool of GKE nodes. */
export interface PoolRequest extends NodeRequest {
  readonly zones: readonly string[];
  /** GKE version of cluster and nodes; undefined where the cluster is there and nobody said. */
  readonly version?: string;
  /** Fewest and most nodes per zone. */
  readonly minCount: number;
  readonly maxCount: number;
  /** Default COS_CONTAINERD. */
  readonly imageType?: string;
  /** `daemonSet`: installed when the owner says so; `google`: by Google. */
  readonly gpuDriver: "daemonSet" | "google";
  /** Default: one pod takes the GPU whole. */
  readonly gpuSharing?: "TIME_SHARING" | "MPS";
  /** What the machine's local SSDs are for. Default `ephemeral`. */
  readonly localSsd?: "ephemeral" | "block";
}

/** A cluster of one's own. */
export interface ClusterRequest {
  /** Region of the cluster. */
  readonly region: string;
  /** Full GKE version. */
  readonly version: string;
  /** Confidential nodes said for the whole cluster, for ever. Default false: each pool says it for itself. */
  readonly confidentialNodes?: boolean;
  /** Machine type of the system pool, and of the bootstrap pool that is taken away at once. */
  readonly systemMachineType: string;
  /** Range of the control plane, /28. */
  readonly controlPlaneCidr: string;
  /** Range of the network, which is split into those of nodes, pods and services. */
  readonly networkCidr: string;
}

/** Image of COS that GKE's nodes boot by default. */
export const cosImage = "COS_CONTAINERD";
export const ubuntuImage = "UBUNTU_CONTAINERD";
export const defaultDiskType = "hyperdisk-balanced";
