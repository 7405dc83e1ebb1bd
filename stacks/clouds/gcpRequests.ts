import type { Departure } from "../../components/host/departures";
import {
  clusterDepartures,
  machineDepartures,
  poolDepartures,
  spaceDepartures,
} from "../../components/host/gcp/constraints";
import type { ClusterRequest, MachineRequest, PoolRequest, SpaceRequest } from "../../components/host/gcp/requests";
import type { Gcp } from "../config/gcp";

type Cluster = NonNullable<Gcp["cluster"]>;
export type OwnCluster = Exclude<Cluster, { existing: string }>;

/** GKE's default is 100 GiB, too: enough for images of inference servers beside the local SSDs. */
const poolBootDiskGib = 100;

export function isOwn(cluster: Gcp["cluster"]): cluster is OwnCluster {
  return cluster !== undefined && !("existing" in cluster);
}

export function clusterRequest(cluster: OwnCluster, { network, region }: Gcp): ClusterRequest {
  const { version, systemMachineType, controlPlaneCidr } = cluster;
  return { region, version, systemMachineType, controlPlaneCidr, networkCidr: network.cidr };
}

export function poolRequest(pool: Gcp["nodePools"][number], { region, diskKey, cluster }: Gcp): PoolRequest {
  const { machineType, zones, minCount, maxCount, provisioning, gpuDriver } = pool;
  return {
    machineType,
    region,
    zones,
    minCount,
    maxCount,
    provisioning,
    gpuDriver,
    bootDiskGib: poolBootDiskGib,
    diskKey: diskKey.kind,
    ...(cluster?.version !== undefined && { version: cluster.version }),
  };
}

export function machineRequest(machine: Gcp["machines"][number], { region, diskKey }: Gcp): MachineRequest {
  const { machineType, zone, provisioning, image, bootDiskGib } = machine;
  return { machineType, region, zone, provisioning, image, bootDiskGib, diskKey: diskKey.kind };
}

export function spaceRequest(space: Gcp["confidentialSpaces"][number], { region, diskKey }: Gcp): SpaceRequest {
  const { machineType, zone, provisioning, baseImage, image, bootDiskGib } = space;
  return {
    machineType,
    region,
    zone,
    provisioning,
    image: baseImage,
    container: image,
    bootDiskGib,
    diskKey: diskKey.kind,
  };
}

/** Where a setting of a request stands in the configuration, if it has another name there. */
const names: Readonly<Record<string, string>> = { image: "baseImage", container: "image" };

/** All ways in which the configuration departs from what Google Cloud is known to offer, by its own paths. */
export function departuresOf(cloud: Gcp): Departure[] {
  return [
    // A pool says the same about the cluster's version, and the cluster's line is where it stands.
    ...(isOwn(cloud.cluster) ? clusterDepartures(clusterRequest(cloud.cluster, cloud), "cluster") : []),
    ...cloud.nodePools.flatMap((pool, index) =>
      poolDepartures(poolRequest(pool, cloud), `nodePools[${index}]`).map((departure) =>
        departure.path.endsWith(".version") ? { ...departure, path: "cluster.version" } : departure,
      ),
    ),
    ...cloud.machines.flatMap((machine, index) =>
      machineDepartures(machineRequest(machine, cloud), `machines[${index}]`),
    ),
    ...cloud.confidentialSpaces.flatMap((space, index) =>
      spaceDepartures(spaceRequest(space, cloud)).map((departure) => ({
        ...departure,
        path: `confidentialSpaces[${index}].${names[departure.path] ?? departure.path}`,
      })),
    ),
  ].filter(
    ({ constraint, path }, index, all) =>
      all.findIndex((other) => other.constraint === constraint && other.path === path) === index,
  );
}

/** APIs of the project that are needed, by short name. */
export function servicesOf(cloud: Gcp): string[] {
  return [
    "cloudresourcemanager",
    "compute",
    "iam",
    ...(cloud.nodePools.length > 0 ? ["container"] : []),
    ...(cloud.diskKey.kind === "kms" ? ["cloudkms"] : []),
    ...(cloud.confidentialSpaces.length > 0 ? ["confidentialcomputing"] : []),
    ...(cloud.restrictToConfidential ? ["orgpolicy"] : []),
    ...(cloud.perimeter ? ["accesscontextmanager"] : []),
  ].sort();
}

/** Zones of a cluster's system pool: those of its GPU pools, so that nothing crosses zones for nothing. */
export function zonesOf(cloud: Gcp): string[] {
  return [...new Set(cloud.nodePools.flatMap(({ zones }) => zones))].sort();
}
