import type { CloudNode, TenantQuota } from "../../components/cluster/tenantRules";
import { quotaOfNodes } from "../../components/cluster/tenantRules";
import { gpuSizeOf } from "../../components/host/offerings";
import type { Provider } from "../config/providers";

/** The tenant's share by default: as many nodes as the pools may have, and as much again waiting. */
export function nodesQuota({ azure, gcp }: Provider): TenantQuota {
  const pools: CloudNode[] = [
    ...(azure?.nodePools ?? []).map(({ size, maxCount }) => nodeOf("azure", size, maxCount)),
    // Google counts nodes by zone.
    ...(gcp?.nodePools ?? []).map(({ machineType, zones, maxCount }) =>
      nodeOf("gcp", machineType, maxCount * zones.length),
    ),
  ];
  const { pods, cpus, memoryGib, ...devices } = quotaOfNodes(pools);
  // A quota of nothing is refused by Kubernetes' own pods as well; a cluster without GPU nodes still has a tenant.
  return { ...devices, pods: Math.max(pods, 1), cpus: Math.max(cpus, 1), memoryGib: Math.max(memoryGib, 1) };
}

/** A size that is not in the table has been refused, or overridden by name; then the smallest one of the cloud counts. */
function nodeOf(cloud: "azure" | "gcp", size: string, count: number): CloudNode {
  const { vCpus, memoryGib } = gpuSizeOf(cloud, size) ?? { vCpus: 26, memoryGib: 234 };
  return { count, cpus: vCpus, memoryGib };
}
