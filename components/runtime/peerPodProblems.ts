import { azureConfidentialFamilies, gcpFamilies, gpuSizeOf, isPlainGpuSize } from "../host/offerings";
import type { PeerPodCloud, PeerPodsSettings } from "./peerPodsValues";

/**
 * What keeps peer pods from being confidential, or from starting at all, as sentences beginning with the setting.
 *
 * Source for H100 on Google Cloud: cloud-api-adaptor, src/cloud-providers/gcp/provider.go (v0.22.0), which sets no provisioning
 * model; an a3-highgpu-1g is had as Spot or Flex-start only (components/host/offerings.ts).
 */
export function peerPodProblems({ cloud, limitPerNode }: PeerPodsSettings): string[] {
  const problems = cloud.kind === "azure" ? azureProblems(cloud) : gcpProblems(cloud);
  if (!Number.isSafeInteger(limitPerNode) || limitPerNode < 1)
    problems.push(
      `limitPerNode: ${limitPerNode}: write a whole number, 1 or more; each pod is a machine that costs money`,
    );
  return problems;
}

/** To be said at every preview, whatever is configured. */
export function peerPodWarnings({ cloud, credentials }: PeerPodsSettings): string[] {
  return [
    "experimental: pods as confidential machines of the cloud (cloud-api-adaptor v0.22.0); the cluster's nodes are no part of " +
      "their TEE, and no vendor has validated GPUs in them",
    "the image of the pods' machine is yours to build, measure and keep current: guest, agent policy, and for GPUs a signed driver",
    "the adaptor may read every Secret of the cluster (ClusterRole pod-viewer of chart peerpods 0.4.0); seal what tenants keep there",
    ...(credentials.kind === "secret"
      ? ["credentials: a Secret of the cluster holds the cloud's credentials; workloadIdentity needs none"]
      : []),
    ...(cloud.kind === "azure" && gpuSizeOf("azure", cloud.size) !== undefined
      ? [
          `azure.size: ${cloud.size}: a GPU in a peer pod is a path that nobody has published; attest CPU and GPU before trusting it`,
        ]
      : []),
  ];
}

function azureProblems({ size, imageId }: Extract<PeerPodCloud, { kind: "azure" }>): string[] {
  return [
    ...(azureConfidentialFamilies.sizes.test(size)
      ? []
      : [`azure.size: "${size}": is no confidential size; write one such as Standard_DC2as_v5`]),
    ...(isPlainGpuSize("azure", size)
      ? [
          `azure.size: "${size}": has GPUs without a confidential mode; write Standard_NCC40ads_H100_v5, or a size without GPU`,
        ]
      : []),
    ...(isFloating(imageId)
      ? [`azure.imageId: "${imageId}": moves; write a version, whose measurements somebody has computed`]
      : []),
  ];
}

/** A gallery gives whoever names no version, or `latest`, the newest one. Images in no gallery have none. */
function isFloating(imageId: string): boolean {
  const inGallery = /(^|\/)(galleries|CommunityGalleries|SharedGalleries)\//i.test(imageId);
  return inGallery && !/\/versions\/\d+\.\d+\.\d+$/i.test(imageId);
}

function gcpProblems({ machineType, tee }: Extract<PeerPodCloud, { kind: "gcp" }>): string[] {
  const family = machineType.split("-")[0] ?? "";
  const offered = gcpFamilies.tees[family];
  if (gpuSizeOf("gcp", machineType) || isPlainGpuSize("gcp", machineType))
    return [
      `gcp.machineType: "${machineType}": has a GPU, which a peer pod cannot get here: the adaptor cannot ask for Spot or ` +
        "Flex-start, the only ways to it; write a type without GPU, or use a node pool",
    ];
  if (!offered?.includes(tee))
    return [
      `gcp.machineType: "${machineType}": is not known to offer ${tee}; write ${Object.entries(gcpFamilies.tees)
        .flatMap(([name, tees]) => (tees.includes(tee) && name !== "a3" ? [`a type of ${name}`] : []))
        .join(" or ")}`,
    ];
  return [];
}
