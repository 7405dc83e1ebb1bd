import type { Departure } from "../departures";
import { gcpBootDisks, gcpLimits, gpuSizeOf } from "../offerings";
import { clusterConstraints } from "./clusterConstraints";
import type { Constraint } from "./constraint";
import { constraint, departuresFrom } from "./constraint";
import { teeOf } from "./machineTypes";
import { nodeConstraints, zoneConstraints } from "./nodeConstraints";
import { poolConstraints } from "./poolConstraints";
import type { ClusterRequest, MachineRequest, PoolRequest, SpaceRequest } from "./requests";

const productionFamily = "projects/confidential-space-images/global/images/family/confidential-space";
const productionImage = /^projects\/confidential-space-images\/global\/images\/confidential-space-\d+$/;

const onlyMachines: readonly Constraint<MachineRequest>[] = [
  ...zoneConstraints<MachineRequest>(({ zone }) => [["zone", zone]]),
  constraint("gcp-maintenance-terminate", gcpLimits.terminate, "onHostMaintenance", ({ onHostMaintenance }) =>
    onHostMaintenance === "MIGRATE"
      ? "MIGRATE is not there for a machine with a TEE and a GPU; write TERMINATE"
      : undefined,
  ),
  constraint("gcp-confidential-template", gcpLimits.confidentialDisk, "confidentialStorage", (request) =>
    request.confidentialStorage === true && request.provisioning.kind === "flexStart"
      ? "true is not there with flexStart, whose machines come from a template; leave it out"
      : undefined,
  ),
  constraint("gcp-disk-nvme", gcpLimits.nvme, "diskInterface", ({ diskInterface }) =>
    diskInterface === "SCSI" ? "SCSI is not there for confidential machines; write NVME" : undefined,
  ),
  constraint("gcp-nic-gvnic", gcpLimits.gvnic, "nicType", ({ nicType }) =>
    nicType === "VIRTIO_NET" ? "VIRTIO_NET is not known to work with it; write GVNIC" : undefined,
  ),
];

const onlyPlainMachines: readonly Constraint<MachineRequest>[] = [
  constraint("gcp-image-capable", gcpLimits.imageCapable, "image", (request) => {
    const { image, imageFeatures } = request;
    const wanted = `${teeOf(request)}_CAPABLE`;
    if (imageFeatures && !imageFeatures.includes(wanted))
      return `"${image}" lacks the feature ${wanted}; write an image that lists it in guestOsFeatures`;
    if (!imageFeatures && image.startsWith("projects/cos-cloud/"))
      return `"${image}" is a COS image, and not all of them have the feature ${wanted}; look at its guestOsFeatures`;
    return undefined;
  }),
  constraint("gcp-boot-disk-floor", gcpBootDisks.other.fact, "bootDiskGib", ({ bootDiskGib }) =>
    bootDiskGib < gcpBootDisks.other.gib
      ? `${bootDiskGib} GiB hold no operating system; write at least ${gcpBootDisks.other.gib}`
      : undefined,
  ),
];

const onlySpaces: readonly Constraint<SpaceRequest>[] = [
  constraint("gcp-space-gpu", gcpLimits.spaceGpu, "machineType", ({ machineType }) => {
    const size = gpuSizeOf("gcp", machineType);
    return size && size.gpu.model !== "H100"
      ? `"${machineType}" has a GPU that no attestation token of Confidential Space speaks of; write a3-highgpu-1g`
      : undefined;
  }),
  constraint("gcp-space-production", gcpLimits.spaceImages, "image", ({ image }) =>
    image === productionFamily || productionImage.test(image)
      ? undefined
      : `"${image}" is no production image of Confidential Space (debug and preview images let people in); write ${productionFamily.replace("family/confidential-space", "confidential-space-<number>")}`,
  ),
  constraint("gcp-space-image-pinned", gcpLimits.spaceImageMoves, "image", ({ image }) =>
    image === productionFamily
      ? `"${image}" is whatever is newest on the day; write the full name of an image, as \`gcloud compute images list --project=confidential-space-images\` shows it`
      : undefined,
  ),
  constraint("gcp-space-digest", gcpLimits.spaceImages, "container", ({ container }) =>
    /@sha256:[0-9a-f]{64}$/.test(container)
      ? undefined
      : `"${container}" is a tag, which moves; write <registry>/<image>@sha256:<digest>`,
  ),
  constraint("gcp-boot-disk-floor", gcpBootDisks.confidentialSpace.fact, "bootDiskGib", ({ bootDiskGib }) =>
    bootDiskGib < gcpBootDisks.confidentialSpace.gib
      ? `${bootDiskGib} GiB are too few for Confidential Space; write at least ${gcpBootDisks.confidentialSpace.gib}`
      : undefined,
  ),
];

/** Every constraint by what it is about, for tests and pages that go through all of them. */
export const gcpConstraints = {
  machine: [...nodeConstraints, ...onlyMachines, ...onlyPlainMachines],
  space: [...nodeConstraints, ...onlyMachines, ...onlySpaces],
  pool: [...nodeConstraints, ...zoneConstraints<PoolRequest>(zonesOfPool), ...poolConstraints],
  cluster: clusterConstraints,
} as const;

/** In which ways a machine departs from what Google Cloud is known to offer; paths begin with `at`. */
export function machineDepartures(request: MachineRequest, at = ""): Departure[] {
  return departuresFrom<MachineRequest>(gcpConstraints.machine, request, at);
}

export function spaceDepartures(request: SpaceRequest, at = ""): Departure[] {
  return departuresFrom<SpaceRequest>(gcpConstraints.space, request, at);
}

export function poolDepartures(request: PoolRequest, at = ""): Departure[] {
  return departuresFrom<PoolRequest>(gcpConstraints.pool, request, at);
}

export function clusterDepartures(request: ClusterRequest, at = ""): Departure[] {
  return departuresFrom<ClusterRequest>(gcpConstraints.cluster, request, at);
}

function zonesOfPool({ zones }: PoolRequest): (readonly [string, string])[] {
  return zones.map((zone, index) => [`zones[${index}]`, zone]);
}
