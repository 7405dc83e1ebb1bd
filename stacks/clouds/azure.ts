import { ResourceGroup } from "@pulumi/azure-native/resources";
import { Provider as AzureProvider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { diskReleasePolicy } from "../../components/attestation/azureReleasePolicy";
import { AzureAttestation } from "../../components/host/azure/attestation";
import { AzureDiskKey } from "../../components/host/azure/diskKey";
import { AzureExternalDiskKey } from "../../components/host/azure/externalDiskKey";
import { AzureConfidentialVm } from "../../components/host/azure/machine";
import { AzureNetwork } from "../../components/host/azure/network";
import type { AzurePlace } from "../../components/host/azure/place";
import { AzureSizePolicy } from "../../components/host/azure/sizePolicy";
import { azureRegion } from "../../components/host/offerings";
import { canonicalJson } from "../../components/names";
import type { Azure } from "../config/azure";
import { ConfigurationError } from "../config/errors";
import type { InfrastructureConfig } from "../config/factory";
import { clusterAndPools } from "./azureCluster";
import { azureJudgement } from "./azureRequests";
import { azureNextSteps } from "./azureNextSteps";
import type { CloudNodes } from "./nodes";
import { dedicatedTo, ownLocation, ownProvider } from "../own";

/**
 * A provider's confidential nodes on Azure, and what they need around them. Credentials are those of whoever runs the
 * program (`az login`, or ARM_ variables); none is in settings or state.
 */
export async function azureNodes(config: InfrastructureConfig, azure: Azure): Promise<CloudNodes> {
  const here = ownLocation(config, "azure");
  const { errors, warnings } = azureJudgement(azure);
  const problems = [...versionProblems(config, azure), ...errors.map((error) => `${here}.${error}`)];
  if (problems.length > 0) throw new ConfigurationError(problems);
  for (const warning of warnings) await pulumi.log.warn(`${here}.${warning}`);

  const { subscriptionId, tenantId } = azure;
  // Two spellings of a region would be two regions to Pulumi.
  const region = azureRegion(azure.region);
  const provider = new AzureProvider("azure", {
    subscriptionId,
    tenantId,
    location: region,
    disablePulumiPartnerId: true,
  });
  const opts = { provider };
  const group = new ResourceGroup("resource-group", { resourceGroupName: azure.resourceGroup, location: region }, opts);
  const place: AzurePlace = { resourceGroupName: group.name, location: region };
  const uniqueBy = `${subscriptionId}/${azure.resourceGroup}`;
  const sizePolicy =
    azure.denyOtherSizes && new AzureSizePolicy("size-policy", { resourceGroupId: group.id, uniqueBy }, opts);
  const attestation =
    azure.diskKey.kind === "platform"
      ? undefined
      : new AzureAttestation("attestation", { ...place, kind: azure.attestation, uniqueBy }, opts);
  // Nodes of a cluster that is there go into the cluster's own network.
  const network =
    azure.machines.length > 0 || (azure.cluster && !("existing" in azure.cluster))
      ? new AzureNetwork("network", { ...place, cidr: azure.network.cidr }, opts)
      : undefined;
  const disks = diskKeys(azure, place, attestation, opts);
  const machines =
    network && disks.ready
      ? azure.machines.map(
          ({ name, ...machine }) =>
            new AzureConfidentialVm(
              name,
              { ...machine, ...place, machineName: name, subnetId: network.machineSubnetId, diskKey: disks.key },
              opts,
            ),
        )
      : [];
  const { cluster, clusterOutputs, pools } = clusterAndPools(azure, place, network, dedicatedTo(config), opts);
  return {
    pools,
    outputs: {
      resourceGroup: group.name,
      region,
      ...(network && { egressAddress: network.egressAddress }),
      ...(attestation && { attestationAuthority: attestation.authority }),
      diskKeys: disks.output,
      ...(clusterOutputs && { cluster: clusterOutputs }),
      nodePools: pools.map(({ poolName }) => poolName),
      machines: Object.fromEntries(
        machines.map((machine, position) => [azure.machines[position]?.name, machine.machineId]),
      ),
      ...(sizePolicy && { sizePolicy: sizePolicy.assignmentId }),
    },
    nextSteps: azureNextSteps(azure, cluster, config.cluster !== undefined),
  };
}

interface Disks {
  readonly key: AzureDiskKey | AzureExternalDiskKey | undefined;
  /** Whether machines can be made: nobody has granted anything to an identity that is not there yet. */
  readonly ready: boolean;
  /** Who holds the key, and who releases it. */
  readonly output: Readonly<Record<string, unknown>>;
}

function diskKeys(
  { diskKey, tenantId }: Azure,
  place: AzurePlace,
  attestation: AzureAttestation | undefined,
  opts: pulumi.ComponentResourceOptions,
): Disks {
  const nodes = "Azure, under its own key";
  if (diskKey.kind === "vault" && attestation) {
    const { orchestratorObjectId } = diskKey;
    const key = new AzureDiskKey("disk-key", { ...place, tenantId, orchestratorObjectId, attestation }, opts);
    const machines = "the provider, in a vault that Azure runs; released by Azure's own attestation, which sees no GPU";
    return { key, ready: true, output: { nodes, machines, keyUrl: key.keyUrl } };
  }
  if (diskKey.kind === "external" && attestation) {
    const key = new AzureExternalDiskKey("disk-key", { ...place, keyUrl: diskKey.keyUrl }, opts);
    const machines = "whoever runs the vault or HSM; released by Azure's own attestation, which sees no GPU";
    return {
      key,
      ready: diskKey.granted,
      output: {
        nodes,
        machines,
        keyUrl: diskKey.keyUrl,
        grantTo: key.principalId,
        releasePolicy: attestation.authority.apply((authority) =>
          canonicalJson(diskReleasePolicy({ authorities: [authority], tee: "snp" })),
        ),
      },
    };
  }
  return { key: undefined, ready: true, output: { nodes, machines: nodes } };
}

/** What goes into the cluster is made for the version that the provider names. */
function versionProblems(config: InfrastructureConfig, { cluster }: Azure): string[] {
  const named = ownProvider(config).kubernetesVersion;
  const minor = cluster && /^1\.\d+/.exec(cluster.kubernetesVersion)?.[0];
  return minor === undefined || minor === named
    ? []
    : [`${ownLocation(config, "kubernetesVersion")}: "${named}" is not the version of azure.cluster; write "${minor}"`];
}
