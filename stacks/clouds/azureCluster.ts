import type * as pulumi from "@pulumi/pulumi";
import { AzureCluster } from "../../components/host/azure/cluster";
import type { AzureNetwork } from "../../components/host/azure/network";
import { AzureConfidentialNodePool } from "../../components/host/azure/nodePool";
import type { AzurePlace } from "../../components/host/azure/place";
import type { Azure } from "../config/azure";

/** The cluster that the settings name, made or there already, and its confidential pools. */
export function clusterAndPools(
  azure: Azure,
  place: AzurePlace,
  network: AzureNetwork | undefined,
  tenant: string | undefined,
  opts: pulumi.ComponentResourceOptions,
) {
  const where = clusterOf(azure, place, network, opts);
  if (!where) return { cluster: undefined, clusterOutputs: undefined, pools: [] };
  const { made, name, resourceGroup, ...shared } = where;
  const pools = azure.nodePools.map(
    ({ name: poolName, ...pool }) =>
      new AzureConfidentialNodePool(
        poolName,
        { ...pool, ...shared, poolName, location: place.location, dedicatedTo: tenant },
        opts,
      ),
  );
  const cluster = { name, resourceGroup };
  return { cluster, clusterOutputs: { ...cluster, ...(made && { oidcIssuerUrl: made.oidcIssuerUrl }) }, pools };
}

/** The cluster that pools are added to: one that is there, or one that is made here. */
function clusterOf(
  { cluster, nodePools, resourceGroup, subscriptionId, tenantId }: Azure,
  place: AzurePlace,
  network: AzureNetwork | undefined,
  opts: pulumi.ComponentResourceOptions,
) {
  if (!cluster) return undefined;
  const { kubernetesVersion } = cluster;
  if ("existing" in cluster)
    return {
      kubernetesVersion,
      name: cluster.existing,
      resourceGroup: cluster.resourceGroup,
      made: undefined,
      clusterName: cluster.existing,
      resourceGroupName: cluster.resourceGroup,
      subnetId: cluster.nodeSubnetId,
    };
  if (!network) return undefined;
  const subnetId = network.nodeSubnetId;
  const made = new AzureCluster(
    "cluster",
    {
      ...cluster,
      ...place,
      subscriptionId,
      tenantId,
      subnetId,
      clusterName: cluster.name,
      osSku: nodePools[0]?.osSku ?? "Ubuntu",
    },
    opts,
  );
  return {
    kubernetesVersion,
    name: cluster.name,
    resourceGroup,
    made,
    clusterName: made.clusterName,
    resourceGroupName: place.resourceGroupName,
    subnetId,
  };
}
