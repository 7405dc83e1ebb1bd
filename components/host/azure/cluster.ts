import * as authorization from "@pulumi/azure-native/authorization";
import * as containerservice from "@pulumi/azure-native/containerservice";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";
import { judge } from "../departures";
import { isolationUnitLabel } from "../hardware";
import { dnsServiceIp, podCidr, serviceCidr } from "./networkPlan";
import type { AzurePlace } from "./place";
import { systemPoolDepartures } from "./poolConstraints";

export interface AzureClusterArgs extends AzurePlace {
  readonly subscriptionId: string;
  readonly tenantId: string;
  /** Name of the cluster. */
  readonly clusterName: string;
  /** Kubernetes version, such as 1.34; a minor one is not upgraded by a later `up`. */
  readonly kubernetesVersion: string;
  /** Entra groups whose members administer the cluster: they are inside the boundary of every node. */
  readonly adminGroups: readonly string[];
  /** Size of the system pool: confidential, without GPU. */
  readonly systemSize: string;
  /** Nodes of the system pool. */
  readonly systemCount: number;
  /** Operating system of all pools, since the GPU Operator serves one. */
  readonly osSku: string;
  /** Subnet of the nodes, with a NAT gateway. */
  readonly subnetId: pulumi.Input<string>;
}

/**
 * A private AKS cluster for confidential nodes. Its control plane is Azure's and no part of any TEE: whoever commands it,
 * Azure included, places pods on the nodes and reads what those may read.
 */
export class AzureCluster extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  /** Issuer of the service accounts' tokens, for workload identity. */
  readonly oidcIssuerUrl: pulumi.Output<string>;

  constructor(name: string, args: AzureClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.azureCluster, name, {}, opts);
    const { clusterName, location, osSku, resourceGroupName, subnetId } = args;
    const errors = [
      ...judge(systemPoolDepartures(args)).errors,
      ...(args.adminGroups.length === 0
        ? ["adminGroups: are none, and local accounts are off, so nobody could enter; name a group of Entra's."]
        : []),
    ];
    if (errors.length > 0) throw new pulumi.ResourceError(errors.join(" "), this, true);

    const child = { parent: this };
    const identity = new managedidentity.UserAssignedIdentity(
      `${name}-identity`,
      { resourceGroupName, location, resourceName: `${clusterName}-identity` },
      child,
    );
    // With a network of one's own AKS wants its identity to be allowed there before there is a cluster.
    const access = new authorization.RoleAssignment(
      `${name}-network`,
      {
        principalId: identity.principalId,
        principalType: "ServicePrincipal",
        roleDefinitionId: `/subscriptions/${args.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${networkContributor}`,
        scope: subnetId,
      },
      child,
    );
    const cluster = new containerservice.ManagedCluster(
      `${name}-aks`,
      {
        resourceGroupName,
        location,
        resourceName: clusterName,
        dnsPrefix: clusterName,
        kubernetesVersion: args.kubernetesVersion,
        sku: { name: "Base", tier: "Standard" },
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        ...entrance(args),
        oidcIssuerProfile: { enabled: true },
        securityProfile: { workloadIdentity: { enabled: true } },
        networkProfile: {
          networkPlugin: "azure",
          networkPluginMode: "overlay",
          networkDataplane: "cilium",
          networkPolicy: "cilium",
          outboundType: "userAssignedNATGateway",
          podCidr,
          serviceCidr,
          dnsServiceIP: dnsServiceIp,
        },
        agentPoolProfiles: [
          {
            name: "system",
            mode: "System",
            type: "VirtualMachineScaleSets",
            count: args.systemCount,
            vmSize: args.systemSize,
            osType: "Linux",
            osSKU: osSku,
            orchestratorVersion: args.kubernetesVersion,
            vnetSubnetID: subnetId,
            enableNodePublicIP: false,
            nodeLabels: { [isolationUnitLabel]: "node" },
            // No taint: operators run here, too, while there is no GPU node.
            upgradeSettings: { maxSurge: "1" },
          },
        ],
        // Nodes of its own making would be of any size; the signed driver is for one kernel, so nodes change when told.
        nodeProvisioningProfile: { mode: "Manual" },
        autoUpgradeProfile: { upgradeChannel: "none", nodeOSUpgradeChannel: "None" },
        // Else whoever may write to the scale sets runs commands as root on the nodes, past the cluster.
        nodeResourceGroup: `${clusterName}-nodes`,
        nodeResourceGroupProfile: { restrictionLevel: "ReadOnly" },
      },
      { ...child, dependsOn: [access], customTimeouts: { create: "60m", update: "60m", delete: "60m" } },
    );
    this.clusterName = cluster.name;
    this.oidcIssuerUrl = cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? "");
    this.registerOutputs({ clusterName: this.clusterName, oidcIssuerUrl: this.oidcIssuerUrl });
  }
}

/** Built-in role Network Contributor (Microsoft Learn, Azure built-in roles). */
const networkContributor = "4d97b98b-1d4f-4787-a291-c67834d212e7";

/** Who gets in, and from where. */
function entrance({ adminGroups, tenantId }: AzureClusterArgs) {
  return {
    publicNetworkAccess: "Disabled",
    apiServerAccessProfile: {
      enablePrivateCluster: true,
      enablePrivateClusterPublicFQDN: false,
      // Else whoever has a role on the cluster in Azure runs commands in it from anywhere.
      disableRunCommand: true,
    },
    disableLocalAccounts: true,
    enableRBAC: true,
    // Groups are listed here alone: roles in Azure give no right in the cluster.
    aadProfile: {
      managed: true,
      enableAzureRBAC: false,
      adminGroupObjectIDs: [...adminGroups].sort(),
      tenantID: tenantId,
    },
  };
}
