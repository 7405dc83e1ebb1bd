import type { AgentOpening } from "../guest/genpolicy";
import type { CpuTee, GpuModelName } from "../host/hardware";
import type { ModelArtifact } from "../images/modelArtifact";

/** One model as its owner declares it: what a `Release` is computed from, and nothing that a provider decides. */
export interface ModelDeclaration {
  /** Name of the model and of its release, a DNS-1123 label. */
  readonly name: string;
  /** The owner's version of the model. */
  readonly version: string;
  /** PEM public key that the serving image is signed with (cosign). Default: the exact digest alone is accepted. */
  readonly signatureKey?: string;
  /** KBS resource that opens the image's encrypted layers. Default: no layer is encrypted. */
  readonly imageEncryptionKey?: string;
  /** The sealed weights, as the sealing described them. Default: they are part of the image. */
  readonly artifact?: ModelArtifact;
  /** PEM public key that clients bind their TLS connections to, and the KBS resource of its private half. */
  readonly servingKey?: { readonly publicKey: string; readonly resource: string };
  /** Rego that Kata's genpolicy made for this model's pods. Default: Trustfoundry's own generator, experimental. */
  readonly agentPolicy?: string;
  /** What that policy opens to the host. Default: nothing. */
  readonly agentOpenings?: readonly AgentOpening[];
  /** CPU TEE that the release is measured for. */
  readonly tee: CpuTee;
  /**
   * OpenShift: version of Red Hat's sandboxed containers whose guest was measured, by its ClusterServiceVersion. Default
   * none: the guest is upstream Kata's. The same image is another guest there, with other measurements.
   */
  readonly sandboxedContainers?: string;
  /** GPUs of one replica. */
  readonly gpu: { readonly model: GpuModelName; readonly count: number };
  /** CPU limit of one replica; it decides the vCPU count, which an SNP launch digest contains. */
  readonly cpus: number;
  /** Memory limit of one replica, GiB. */
  readonly memoryGib: number;
  readonly replicas: number;
  /** Port that the model serves on. */
  readonly port: number;
  /** Program and arguments. Empty: the image's own, which then are not bound. */
  readonly command: readonly string[];
  /** Explicit ids, never root: with guest pull a policy could not match ids that only the image knows. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** KBS resources, repository/type/tag, that this model's guests and no others may be given. */
  readonly keys: readonly string[];
  /** Encrypted block device for image layers, GiB. */
  readonly trustedStorageGib: number;
  /** How long a replica may take until it serves. */
  readonly startupSeconds: number;
  readonly awaitReadiness: boolean;
  /**
   * SNP launch digest or TDX MRTD, 48 bytes hex, as measured elsewhere. With a guest image it has to equal what is
   * computed; without one it is taken as it is.
   */
  readonly launchMeasurement?: string;
  /** TDX only: RTMR1 (kernel) and RTMR2 (command line), 48 bytes hex each. */
  readonly rtmrs?: { readonly rtmr1: string; readonly rtmr2: string };
}
