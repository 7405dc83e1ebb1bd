import * as containerservice from "@pulumi/azure-native/containerservice";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";
import { judge } from "../departures";
import { isolationUnitLabel, tenantNodeLabel } from "../hardware";
import { poolDepartures } from "./poolConstraints";

export interface AzureConfidentialNodePoolArgs {
  /** Resource group of the cluster. */
  readonly resourceGroupName: pulumi.Input<string>;
  readonly clusterName: pulumi.Input<string>;
  /** Region of the cluster. */
  readonly location: string;
  /** Name of the pool: a letter, then letters and digits, twelve at most. */
  readonly poolName: string;
  /** Size with one confidential GPU. */
  readonly size: string;
  /** Kubernetes version of the pool, no later than the cluster's. */
  readonly kubernetesVersion: string;
  /** Operating system as AKS names it; the signed GPU driver is for Ubuntu 24.04. */
  readonly osSku: string;
  /** Fewest nodes. 0: nodes come with the first pod that asks for a GPU, and go when idle. */
  readonly minCount: number;
  /** Most nodes. Each wants quota for its vCPUs. */
  readonly maxCount: number;
  /** Spot capacity, which Azure takes away at any time, with everything on the node's disk. */
  readonly spot: boolean;
  /** Subnet of the cluster's nodes. */
  readonly subnetId: pulumi.Input<string>;
  /** Namespace of the tenant whose own the nodes are; its pods select them by it. Default nobody's: tenants share them. */
  readonly dedicatedTo?: string;
}

/**
 * Confidential GPU nodes of an AKS cluster. Each node is one TEE with one GPU; kubelet, every pod on the node and whoever
 * commands the cluster are inside. AKS tells confidential pools by their size alone. Disks are under Azure's own keys:
 * it documents no other for such pools.
 *
 * Nodes have the label `trustfoundry.dev/isolation-unit: node` and the taint `nvidia.com/gpu=present:NoSchedule`, which the
 * GPU Operator's pods tolerate; Spot nodes have AKS's label and taint as well.
 */
export class AzureConfidentialNodePool extends pulumi.ComponentResource {
  readonly poolName: pulumi.Output<string>;

  constructor(name: string, args: AzureConfidentialNodePoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.azureConfidentialNodePool, name, {}, opts);
    const { clusterName, dedicatedTo, maxCount, minCount, resourceGroupName, spot } = args;
    const errors = [
      ...judge(poolDepartures({ ...args, region: args.location, gpuDriver: "None" })).errors,
      ...(minCount > maxCount ? [`minCount: ${minCount} is more than maxCount; write at most ${maxCount}.`] : []),
    ];
    if (errors.length > 0) throw new pulumi.ResourceError(errors.join(" "), this, true);

    const pool = new containerservice.AgentPool(
      `${name}-pool`,
      {
        resourceGroupName,
        resourceName: clusterName,
        agentPoolName: args.poolName,
        mode: "User",
        type: "VirtualMachineScaleSets",
        vmSize: args.size,
        osType: "Linux",
        osSKU: args.osSku,
        // AKS's own driver is not signed for confidential mode: the GPU Operator brings it.
        gpuProfile: { driver: "None" },
        orchestratorVersion: args.kubernetesVersion,
        vnetSubnetID: args.subnetId,
        enableNodePublicIP: false,
        count: minCount,
        enableAutoScaling: true,
        minCount,
        maxCount,
        // A stopped machine keeps its disk, which costs, and its place in the quota.
        scaleDownMode: "Delete",
        nodeLabels: {
          [isolationUnitLabel]: "node",
          ...(dedicatedTo !== undefined && { [tenantNodeLabel]: dedicatedTo }),
          ...(spot && { [spotKey]: "spot" }),
        },
        nodeTaints: [gpuTaint, ...(spot ? [`${spotKey}=spot:NoSchedule`] : [])],
        ...(spot
          ? { scaleSetPriority: "Spot", scaleSetEvictionPolicy: "Delete", spotMaxPrice: -1 }
          : { upgradeSettings }),
      },
      {
        parent: this,
        // Wanted for a new pool (Azure/azure-service-operator #3220), and the autoscaler's from then on. Azure refuses an
        // update with another number than there is (hashicorp/terraform-provider-azurerm #4543), which `--refresh` reads.
        ignoreChanges: ["count"],
        // AKS changes none of these in place, and the name is taken while the old pool is there.
        replaceOnChanges: ["gpuProfile", "osSKU", "scaleSetPriority", "vmSize", "vnetSubnetID"],
        deleteBeforeReplace: true,
        // Nodes that come with the pool boot, attest to the platform and join; draining waits for pods.
        customTimeouts: { create: "60m", update: "120m", delete: "60m" },
      },
    );
    this.poolName = pool.name;
    this.registerOutputs({ poolName: this.poolName });
  }
}

const gpuTaint = "nvidia.com/gpu=present:NoSchedule";
const spotKey = "kubernetes.azure.com/scalesetpriority";

/**
 * A node at a time, without a spare one: quota and capacity for a confidential GPU are rarely there twice. A model that
 * does not leave in time fails the upgrade, rather than being torn away.
 */
const upgradeSettings = { maxSurge: "0", maxUnavailable: "1", drainTimeoutInMinutes: 60 };
