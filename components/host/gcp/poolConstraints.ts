import { gcpBootDisks, gcpLimits, gkeFeatureFloors, gkeFlexStartPools, gkeFloors, gpuSizeOf } from "../offerings";
import type { Constraint } from "./constraint";
import { constraint } from "./constraint";
import { isOlder, lacks } from "./gkeVersion";
import { teeOf } from "./machineTypes";
import type { PoolRequest } from "./requests";
import { cosImage, ubuntuImage } from "./requests";

/** What holds of pools of GKE nodes alone. Versions are compared where they are known. */
export const poolConstraints: readonly Constraint<PoolRequest>[] = [
  constraint("gcp-gke-version", gkeFloors.fact, "version", (request) => {
    const { version, imageType = cosImage } = request;
    const tee = teeOf(request);
    const floor = gkeFloors.versions[tee];
    return version !== undefined && imageType === cosImage && floor !== undefined && isOlder(version, floor)
      ? `${version} has no ${tee} nodes; write at least ${floor}`
      : undefined;
  }),
  constraint("gcp-gke-version-ubuntu", gkeFeatureFloors.ubuntuTdx.fact, "version", (request) => {
    const { version, imageType } = request;
    const { versions } = gkeFeatureFloors.ubuntuTdx;
    return version !== undefined && imageType === ubuntuImage && teeOf(request) === "TDX" && lacks(version, versions)
      ? `${version} has no TDX nodes with Ubuntu; write at least ${versions.join(" or ")}, or imageType ${cosImage}`
      : undefined;
  }),
  constraint("gcp-gke-version-flex-start", gkeFeatureFloors.flexStart.fact, "version", (request) => {
    const { versions } = gkeFeatureFloors.flexStart;
    return request.version !== undefined &&
      request.provisioning.kind === "flexStart" &&
      lacks(request.version, versions)
      ? `${request.version} has no Flex-start for confidential nodes; write at least ${versions.join(" or ")}`
      : undefined;
  }),
  constraint("gcp-gke-version-g4", gkeFeatureFloors.g4.fact, "version", ({ version, machineType }) => {
    const { versions } = gkeFeatureFloors.g4;
    return version !== undefined && gpuSizeOf("gcp", machineType)?.stage === "preview" && lacks(version, versions)
      ? `${version} has no confidential ${machineType}; write at least ${versions.join(" or ")}`
      : undefined;
  }),
  constraint("gcp-node-os", gcpLimits.confidentialNodes, "imageType", ({ imageType = cosImage }) =>
    [cosImage, ubuntuImage].includes(imageType)
      ? undefined
      : `"${imageType}" is no image of confidential nodes; write ${cosImage} or ${ubuntuImage}`,
  ),
  constraint("gcp-driver-image", gcpLimits.driverDaemonSet, "imageType", ({ imageType, gpuDriver }) =>
    gpuDriver === "daemonSet" && imageType === ubuntuImage
      ? `${ubuntuImage} has no driver DaemonSet for confidential GPUs; write ${cosImage}, or gpuDriver google`
      : undefined,
  ),
  constraint("gcp-driver-install", gcpLimits.driverInstall, "gpuDriver", ({ gpuDriver }) =>
    gpuDriver === "google"
      ? "google recreates GPU nodes at every upgrade of the control plane, whatever maintenance windows say; write daemonSet"
      : undefined,
  ),
  constraint("gcp-gpu-sharing", gcpLimits.gpuSharing, "gpuSharing", ({ gpuSharing }) =>
    gpuSharing ? `${gpuSharing} has pods take turns on a confidential GPU; leave it out` : undefined,
  ),
  constraint("gcp-local-ssd", gcpLimits.confidentialNodes, "localSsd", ({ localSsd }) =>
    localSsd === "block" ? "block is not there for confidential nodes; write ephemeral" : undefined,
  ),
  constraint("gcp-confidential-storage", gcpLimits.confidentialStorage, "confidentialStorage", (request) =>
    request.confidentialStorage === true && teeOf(request) !== "SEV"
      ? `true is documented for SEV, not for ${teeOf(request)}, and switching it later replaces every node; leave it out`
      : undefined,
  ),
  constraint("gcp-reserved-pool", gcpLimits.reservedPools, "provisioning.kind", ({ provisioning }) =>
    provisioning.kind === "reservation"
      ? "reservation is not listed for confidential GPU pools of GKE; write spot or flexStart"
      : undefined,
  ),
  constraint("gcp-flex-start-from-zero", gkeFlexStartPools, "minCount", ({ provisioning, minCount }) =>
    provisioning.kind === "flexStart" && minCount > 0
      ? `${minCount} nodes cannot wait for work, since Flex-start capacity comes for work and goes; write 0`
      : undefined,
  ),
  constraint("gcp-boot-disk-floor", gcpBootDisks.other.fact, "bootDiskGib", ({ bootDiskGib }) =>
    bootDiskGib < gcpBootDisks.other.gib
      ? `${bootDiskGib} GiB hold no operating system; write at least ${gcpBootDisks.other.gib}`
      : undefined,
  ),
];
