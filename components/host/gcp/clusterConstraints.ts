import { gcpFamilies, gcpLimits, gcpTeeRegions, gkeFloors, gpuSizeOf, isPlainGpuSize } from "../offerings";
import { overlap, parseRange } from "./addresses";
import type { Constraint } from "./constraint";
import { constraint } from "./constraint";
import { isOlder } from "./gkeVersion";
import { teeOfSystem } from "./machineTypes";
import type { ClusterRequest } from "./requests";

const withTee = Object.keys(gcpFamilies.tees).filter((family) => (gcpFamilies.tees[family] ?? []).length > 0);

/** What holds of a cluster of one's own. Its bootstrap pool is of the system pool's machine type. */
export const clusterConstraints: readonly Constraint<ClusterRequest>[] = [
  constraint("gcp-cluster-plain", gcpLimits.confidentialNodes, "confidentialNodes", ({ confidentialNodes }) =>
    confidentialNodes === true
      ? "true cannot be undone, and gives every pool one TEE for ever; leave it out, each pool has its own"
      : undefined,
  ),
  constraint(
    "gcp-system-pool-confidential",
    gcpLimits.bootstrapPool,
    "systemMachineType",
    ({ systemMachineType: type }) => {
      if (teeOfSystem(type)) return undefined;
      if (gpuSizeOf("gcp", type) || isPlainGpuSize("gcp", type))
        return `"${type}" has a GPU, which services of a cluster leave idle; write n2d-standard-4`;
      return `"${type}" is not known to have a TEE, and creating the cluster would break; write n2d-standard-4 or c3-standard-4 (families with one: ${withTee.join(", ")})`;
    },
  ),
  constraint("gcp-system-region", gcpTeeRegions.fact, "systemMachineType", ({ systemMachineType, region }) => {
    const tee = teeOfSystem(systemMachineType);
    const regions = tee && gcpTeeRegions.regions[tee];
    if (!tee || !regions || regions.includes(region)) return undefined;
    return `"${systemMachineType}" is not known to have ${tee} in ${region}; write a type of another family, or a region among ${regions.join(", ")}`;
  }),
  constraint("gcp-gke-version", gkeFloors.fact, "version", ({ version, systemMachineType }) => {
    const tee = teeOfSystem(systemMachineType);
    const floor = tee && gkeFloors.versions[tee];
    return floor !== undefined && isOlder(version, floor)
      ? `${version} has no ${tee} nodes; write at least ${floor}`
      : undefined;
  }),
  constraint("gcp-control-plane-range", gcpLimits.controlPlaneRange, "controlPlaneCidr", (request) => {
    const { controlPlaneCidr, networkCidr } = request;
    const [plane, network] = [parseRange(controlPlaneCidr), parseRange(networkCidr)];
    if (plane?.prefix !== 28) return `"${controlPlaneCidr}" is no range of /28; write one such as 172.16.0.0/28`;
    return network && overlap(plane, network)
      ? `"${controlPlaneCidr}" overlaps with the network, ${networkCidr}; write a range outside of it`
      : undefined;
  }),
];
