import { gcpFlexStart, gcpLimits, gcpProvisioning, gpuSizeOf, gpuSizes, placesOf } from "../offerings";
import type { Constraint } from "./constraint";
import { constraint } from "./constraint";
import { teeOfGpu } from "./machineTypes";
import type { NodeRequest } from "./requests";
import { defaultDiskType } from "./requests";

const known = gpuSizes.filter(({ cloud }) => cloud === "gcp");
const names = known.map(({ size, stage }) => (stage === "preview" ? `${size} (preview)` : size)).join(" or ");

/** What holds of every node with a confidential GPU, machine or pool. */
export const nodeConstraints: readonly Constraint<NodeRequest>[] = [
  constraint("gcp-confidential-gpu", gcpLimits.confidentialGpus, "machineType", ({ machineType }) =>
    gpuSizeOf("gcp", machineType)
      ? undefined
      : `"${machineType}" has no GPU that Google offers in confidential mode; write ${names}`,
  ),
  constraint("gcp-g4-tee", gcpLimits.g4Tee, "machineType", ({ machineType }) =>
    gpuSizeOf("gcp", machineType)?.stage === "preview"
      ? `"${machineType}" is a preview, its TEE is told of differently (SEV, which proves no memory integrity, or TDX), and its zones are not known; write a3-highgpu-1g`
      : undefined,
  ),
  constraint("gcp-tee-of-machine", gcpLimits.confidentialTypeNamed, "tee", ({ machineType, tee }) => {
    const size = gpuSizeOf("gcp", machineType);
    if (tee === undefined || size?.stage !== "offered" || tee === teeOfGpu(size)) return undefined;
    return `${tee} is not what ${size.size} has; write ${teeOfGpu(size)}`;
  }),
  constraint("gcp-one-gpu", gcpLimits.confidentialGpus, "gpus", ({ gpus = 1 }) =>
    gpus === 1
      ? undefined
      : `${gpus} GPUs are not there in a confidential node; write 1, and spread a model over nodes or take hosts on bare metal`,
  ),
  constraint("gcp-capacity-offered", gcpProvisioning.fact, "provisioning.kind", ({ provisioning, machineType }) =>
    provisioning.kind === "standard"
      ? `standard is not known to be offered for ${machineType}, and has no quota by default; write spot, flexStart or reservation`
      : undefined,
  ),
  constraint("gcp-flex-start-bounded", gcpFlexStart.fact, "provisioning.maxRunSeconds", ({ provisioning }) =>
    provisioning.kind === "flexStart" &&
    !(provisioning.maxRunSeconds > 0 && provisioning.maxRunSeconds <= gcpFlexStart.longestSeconds)
      ? `${provisioning.maxRunSeconds} is not how long Flex-start capacity lasts; write at most ${gcpFlexStart.longestSeconds}`
      : undefined,
  ),
  constraint("gcp-confidential-disk", gcpLimits.confidentialDisk, "confidentialStorage", (request) => {
    const { confidentialStorage, diskType = defaultDiskType, diskKey } = request;
    if (confidentialStorage !== true) return undefined;
    if (!diskType.startsWith("hyperdisk-"))
      return `true is not there for ${diskType}; write diskType hyperdisk-balanced`;
    return diskKey === "kms" ? undefined : "true needs a key of your own; write diskKey {kind: kms}";
  }),
];

/** What holds of the zones of a node, wherever a request keeps them. */
export function zoneConstraints<Request extends NodeRequest>(
  zonesOf: (request: Request) => readonly (readonly [path: string, zone: string])[],
): readonly Constraint<Request>[] {
  return [
    {
      name: "gcp-zone-in-region",
      fact: gcpLimits.nodeLocations,
      problems: (request) =>
        zonesOf(request)
          .filter(([, zone]) => !isZoneOf(zone, request.region))
          .map(([path, zone]) => ({
            path,
            message: `"${zone}" is no zone of ${request.region}; write ${remedy(placesOf(request.machineType) ?? [`${request.region}-a`], request.region)}`,
          })),
    },
    {
      name: "gcp-zone-offered",
      fact: gcpLimits.zones,
      problems: (request) => {
        const offered = placesOf(request.machineType);
        if (!offered) return [];
        return zonesOf(request)
          .filter(([, zone]) => isZoneOf(zone, request.region) && !offered.includes(zone))
          .map(([path, zone]) => ({
            path,
            message: `"${zone}" is not among the zones known to have ${request.machineType}; write ${remedy(offered, request.region)}`,
          }));
      },
    },
  ];
}

function isZoneOf(zone: string, region: string): boolean {
  return zone.startsWith(`${region}-`) && /^[a-z]$/.test(zone.slice(region.length + 1));
}

function remedy(offered: readonly string[], region: string): string {
  const near = offered.filter((zone) => isZoneOf(zone, region));
  return near.length > 0 ? near.join(" or ") : `${offered.join(" or ")}, each with its region`;
}
