import type { Pin } from "../catalogLock";
import { imageReference, taggedDigest } from "../catalogLock";

/** Where a pod's virtual machine is made, and from what. */
export type PeerPodCloud =
  | {
      readonly kind: "azure";
      readonly subscriptionId: string;
      readonly region: string;
      readonly resourceGroup: string;
      /** Id of the subnet that pods' machines are put into. */
      readonly subnetId: string;
      /** Id of an image version of the pod's machine: guest and, for GPUs, a signed driver. */
      readonly imageId: string;
      /** Confidential size. */
      readonly size: string;
      readonly secureBoot: boolean;
    }
  | {
      readonly kind: "gcp";
      readonly project: string;
      readonly zone: string;
      readonly network: string;
      readonly subnetwork: string;
      /** Full name of the image of the pod's machine. */
      readonly image: string;
      readonly machineType: string;
      readonly tee: "TDX" | "SEV_SNP";
      readonly rootVolumeGib: number;
    };

/** Whose rights make machines. Neither is ever in Helm's values. */
export type PeerPodCredentials =
  | {
      readonly kind: "workloadIdentity";
      /** Client id of the managed identity (Azure), or mail address of the service account (Google Cloud). */
      readonly identity: string;
    }
  | { readonly kind: "secret" };

/**
 * The Secret that somebody else made, in the namespace below. Its name is no choice: the chart's controller, which removes
 * machines that nobody needs any more, reads this one only (peerpod-ctrl/chart/templates/deployment.yaml, v0.22.0).
 */
export const peerPodSecret = "peer-pods-secret";
export const peerPodNamespace = "confidential-containers-system";
/** Nodes that peer pods are bound to: cloud-api-adaptor and Kata go there, and nowhere else. People set it. */
export const peerPodNodeLabel = "node.kubernetes.io/worker";

export interface PeerPodsSettings {
  readonly cloud: PeerPodCloud;
  readonly credentials: PeerPodCredentials;
  /** Most pods' machines for each node that is labelled. */
  readonly limitPerNode: number;
  /** The webhook that counts peer pods and takes machines' sizes from pods' limits; it needs cert-manager. */
  readonly webhook: boolean;
}

export interface PeerPodsImages {
  readonly adaptor: Pin;
  readonly controller: Pin;
  readonly webhook: Pin;
  readonly rbacProxy: Pin;
  readonly kataDeploy: Pin;
  readonly kubectl: Pin;
}

/**
 * Values of chart peerpods 0.4.0: confidential machines alone, credentials by reference, images by digest, and of Kata the
 * shim `remote` alone. `limit` is a key of the chart that no template reads; the adaptor's own variable counts.
 *
 * Sources: confidential-containers/cloud-api-adaptor, src/cloud-api-adaptor/install/charts/peerpods (values.yaml, providers/,
 * templates/daemonset.yaml), src/peerpod-ctrl/chart and src/webhook/chart (v0.22.0).
 */
export function peerPodsValues(settings: PeerPodsSettings, images: PeerPodsImages): Record<string, unknown> {
  const { cloud, credentials, webhook } = settings;
  const identity = identityValues(cloud.kind, credentials);
  return {
    provider: cloud.kind,
    secrets: { mode: "reference", existingSecretName: credentials.kind === "secret" ? peerPodSecret : "" },
    image: { name: images.adaptor.repository, tag: taggedDigest(images.adaptor) },
    providerConfigs: { [cloud.kind]: { ...common(settings), ...variables(cloud) } },
    daemonset: identity,
    resourceCtrl: {
      enabled: true,
      image: { repository: images.controller.repository, tag: taggedDigest(images.controller) },
      authProxy: { enabled: true, image: imageReference(images.rbacProxy) },
      ...identity,
    },
    webhook: {
      enabled: webhook,
      image: { repository: images.webhook.repository, tag: taggedDigest(images.webhook) },
      webhook: { failurePolicy: "Fail" },
    },
    "kata-deploy": {
      enabled: true,
      debug: false,
      image: { reference: imageReference(images.kataDeploy) },
      kubectlImage: { reference: imageReference(images.kubectl) },
      nodeSelector: { [peerPodNodeLabel]: "" },
      shims: { disableAll: true, remote: { enabled: true } },
    },
  };
}

/** What holds in every cloud. Values are texts, as variables are. */
function common({ limitPerNode }: PeerPodsSettings): Record<string, string> {
  return {
    CLOUD_CONFIG_VERIFY: "true",
    DISABLECVM: "false",
    PEERPODS_LIMIT_PER_NODE: String(limitPerNode),
    TLS_SKIP_VERIFY: "false",
    USE_PUBLIC_IP: "false",
  };
}

function variables(cloud: PeerPodCloud): Record<string, string> {
  if (cloud.kind === "azure")
    return {
      AZURE_IMAGE_ID: cloud.imageId,
      AZURE_INSTANCE_SIZE: cloud.size,
      // A pod's annotation may choose among these: there is nothing to choose.
      AZURE_INSTANCE_SIZES: cloud.size,
      AZURE_REGION: cloud.region,
      AZURE_RESOURCE_GROUP: cloud.resourceGroup,
      AZURE_SUBNET_ID: cloud.subnetId,
      AZURE_SUBSCRIPTION_ID: cloud.subscriptionId,
      ENABLE_SECURE_BOOT: String(cloud.secureBoot),
    };
  return {
    GCP_CONFIDENTIAL_TYPE: cloud.tee,
    GCP_INSTANCE_TYPES: cloud.machineType,
    GCP_MACHINE_TYPE: cloud.machineType,
    GCP_NETWORK: cloud.network,
    GCP_PROJECT_ID: cloud.project,
    GCP_SUBNETWORK: cloud.subnetwork,
    GCP_ZONE: cloud.zone,
    PODVM_IMAGE_NAME: cloud.image,
    ROOT_VOLUME_SIZE: String(cloud.rootVolumeGib),
  };
}

/** Annotations of the service accounts by which the cloud knows its own; labels of pods by which AKS hands out tokens. */
function identityValues(kind: PeerPodCloud["kind"], credentials: PeerPodCredentials): Record<string, unknown> {
  if (credentials.kind === "secret") return {};
  return kind === "azure"
    ? {
        podLabels: { "azure.workload.identity/use": "true" },
        serviceAccount: { annotations: { "azure.workload.identity/client-id": credentials.identity } },
      }
    : { serviceAccount: { annotations: { "iam.gke.io/gcp-service-account": credentials.identity } } };
}
