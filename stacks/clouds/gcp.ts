import { Provider } from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import { judge } from "../../components/host/departures";
import { GcpCluster } from "../../components/host/gcp/cluster";
import { GcpConfidentialOnly } from "../../components/host/gcp/confidentialOnly";
import { GcpConfidentialSpace } from "../../components/host/gcp/confidentialSpace";
import { GcpConfidentialVm } from "../../components/host/gcp/confidentialVm";
import { GcpDiskKey } from "../../components/host/gcp/diskKey";
import { gcpConstraints } from "../../components/host/gcp/constraints";
import { GcpNetwork } from "../../components/host/gcp/network";
import { GcpConfidentialNodePool } from "../../components/host/gcp/nodePool";
import { GcpPerimeter } from "../../components/host/gcp/perimeter";
import { enabledServices } from "../../components/host/gcp/services";
import { ConfigurationError } from "../config/errors";
import type { InfrastructureConfig } from "../config/factory";
import type { Gcp } from "../config/gcp";
import { caveats, gcpNextSteps } from "./gcpNextSteps";
import {
  clusterRequest,
  departuresOf,
  isOwn,
  machineRequest,
  poolRequest,
  servicesOf,
  spaceRequest,
  zonesOf,
} from "./gcpRequests";
import type { CloudNodes } from "./nodes";
import { dedicatedTo, ownLocation } from "../own";

const constraintNames = Object.values(gcpConstraints).flatMap((list) => list.map(({ name }) => name));

/** What is there before any node with a GPU. */
interface Ground {
  readonly network?: GcpNetwork;
  readonly key?: GcpDiskKey;
  /** Name and place of the pools' cluster. */
  readonly cluster?: { readonly name: pulumi.Input<string>; readonly location: string };
  /** What nodes wait for. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * A provider's confidential nodes on Google Cloud, and what they need around them. Credentials are those of whoever runs
 * the program, and get into no state.
 *
 * Order: APIs (which make Google's agents) → network, keys and the agents' grants → cluster → organization policy, so
 * that everything with a GPU is made under it → pools and machines → perimeter, which may shut the program out.
 */
export async function gcpNodes(config: InfrastructureConfig, cloud: Gcp): Promise<CloudNodes> {
  const at = ownLocation(config, "gcp");
  const { errors, warnings } = judge(departuresOf(cloud), cloud.acknowledged, constraintNames);
  if (errors.length > 0) throw new ConfigurationError(errors.map((error) => `${at}.${error}`));
  for (const warning of [...warnings, ...caveats(cloud)]) await pulumi.log.warn(`${at}.${warning}`);

  const { project, region, projectNumber, perimeter } = cloud;
  const opts = { provider: new Provider(config.provider, { project, region, addPulumiAttributionLabel: false }) };
  const ground = placeGround(cloud, opts);
  const pools = placePools(cloud, ground, dedicatedTo(config), opts);
  const machines = placeMachines(cloud, ground, opts);
  const spaces = placeSpaces(cloud, ground, opts);
  const nodes = [...pools, ...machines, ...spaces].map(({ component }) => component);
  if (perimeter)
    new GcpPerimeter(
      "perimeter",
      { ...perimeter, projectNumber, title: config.factory, after: [...ground.after, ...nodes] },
      opts,
    );
  return {
    pools: pools.map(({ component }) => component),
    outputs: {
      ...(ground.cluster && { cluster: ground.cluster }),
      ...(ground.network && { egressAddress: ground.network.egressAddress }),
      ...(ground.key && { diskKeys: diskKeys(ground.key) }),
      nodePools: pools.map(({ output }) => output),
      machines: machines.map(({ output }) => output),
      confidentialSpaces: spaces.map(({ output }) => output),
    },
    nextSteps: gcpNextSteps(cloud),
  };
}

function placeGround(cloud: Gcp, opts: pulumi.ComponentResourceOptions): Ground {
  const { project, projectNumber, region, cluster } = cloud;
  const own = isOwn(cluster) ? cluster : undefined;
  const services = enabledServices(project, servicesOf(cloud), opts);
  const network =
    own || cloud.machines.length + cloud.confidentialSpaces.length > 0
      ? new GcpNetwork("network", { project, region, cidr: cloud.network.cidr, after: services }, opts)
      : undefined;
  const key =
    cloud.diskKey.kind === "kms"
      ? new GcpDiskKey(
          "disk-key",
          { project, projectNumber, region, forCluster: own !== undefined, after: services },
          opts,
        )
      : undefined;
  const controlPlane =
    own &&
    network &&
    new GcpCluster(
      "cluster",
      {
        ...clusterRequest(own, cloud),
        project,
        clusterName: own.name,
        zones: zonesOf(cloud),
        adminCidrs: own.adminCidrs,
        systemCount: own.systemCount,
        deletionProtection: own.deletionProtection,
        network,
        diskKey: key,
        after: services,
      },
      opts,
    );
  const before = [...services, ...(controlPlane ? [controlPlane] : [])];
  // The cluster's own nodes are confidential, so that the policy never stands against them; it is not known how
  // Google's check takes a cluster that leaves confidentiality to its pools, so the cluster comes first.
  const confidentialOnly = cloud.restrictToConfidential
    ? [new GcpConfidentialOnly("confidential-only", { project, after: before }, opts)]
    : [];
  return {
    ...(network && { network }),
    ...(key && { key }),
    ...(controlPlane && { cluster: { name: controlPlane.clusterName, location: region } }),
    ...(cluster && "existing" in cluster && { cluster: { name: cluster.existing, location: cluster.location } }),
    after: [...before, ...confidentialOnly],
  };
}

function placePools(
  cloud: Gcp,
  { cluster, key, after }: Ground,
  tenant: string | undefined,
  opts: pulumi.ComponentResourceOptions,
) {
  if (!cluster) return [];
  return cloud.nodePools.map((pool) => {
    const request = poolRequest(pool, cloud);
    const component = new GcpConfidentialNodePool(
      `pool-${pool.name}`,
      {
        ...request,
        project: cloud.project,
        poolName: pool.name,
        cluster: cluster.name,
        location: cluster.location,
        key,
        after,
        dedicatedTo: tenant,
      },
      opts,
    );
    const { poolName: name, serviceAccount } = component;
    const { machineType, zones, provisioning, minCount, maxCount } = pool;
    return {
      component,
      output: {
        name,
        machineType,
        zones,
        provisioning: provisioning.kind,
        nodesPerZone: { least: minCount, most: maxCount },
        serviceAccount,
      },
    };
  });
}

function placeMachines(cloud: Gcp, { network, key, after }: Ground, opts: pulumi.ComponentResourceOptions) {
  if (!network) return [];
  return cloud.machines.map((machine) => {
    const { name: machineName, zone } = machine;
    const component = new GcpConfidentialVm(
      `machine-${machineName}`,
      { ...machineRequest(machine, cloud), project: cloud.project, machineName, network, key, after },
      opts,
    );
    return { component, output: { name: component.machineName, zone, serviceAccount: component.serviceAccount } };
  });
}

function placeSpaces(cloud: Gcp, { network, key, after }: Ground, opts: pulumi.ComponentResourceOptions) {
  if (!network) return [];
  return cloud.confidentialSpaces.map((space) => {
    const { name: machineName, zone, image, ports } = space;
    const component = new GcpConfidentialSpace(
      `space-${machineName}`,
      {
        ...spaceRequest(space, cloud),
        project: cloud.project,
        machineName,
        network,
        networkCidr: cloud.network.cidr,
        ports,
        key,
        after,
      },
      opts,
    );
    return {
      component,
      output: { name: component.machineName, zone, image, serviceAccount: component.serviceAccount },
    };
  });
}

function diskKeys({ keyId, secretsKeyId }: GcpDiskKey) {
  return { disks: keyId, ...(secretsKeyId && { clusterSecrets: secretsKeyId }) };
}
