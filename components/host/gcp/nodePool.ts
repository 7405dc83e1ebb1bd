import * as container from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";
import { tenantNodeLabel } from "../hardware";
import { nodeRoles } from "./cluster";
import { poolDepartures } from "./constraints";
import type { GcpDiskKey } from "./diskKey";
import { nodeAccount } from "./nodeAccount";
import { gpuNode, poolBehaviour } from "./poolSettings";
import { refuseDepartures, refuseKeyApart } from "./refuse";
import type { PoolRequest } from "./requests";

export interface GcpConfidentialNodePoolArgs extends PoolRequest {
  readonly project: string;
  /** Name of the pool. */
  readonly poolName: string;
  /** Name of the cluster. */
  readonly cluster: pulumi.Input<string>;
  /** Region, or zone, of the cluster. */
  readonly location: string;
  /** Key of the nodes' disks where `diskKey` is kms. */
  readonly key?: GcpDiskKey;
  /** What has to be there first. */
  readonly after: readonly pulumi.Resource[];
  /** Namespace of the tenant whose own the nodes are; its pods select them by it. Default nobody's: tenants share them. */
  readonly dedicatedTo?: string;
}

/**
 * A GKE pool in which every node is a confidential virtual machine with one confidential GPU. The node is the TEE: its
 * kubelet, all of its pods, and whoever commands the cluster are inside.
 *
 * With fewest nodes 0 it costs nothing while nobody asks. Changing the TEE, the disk or the version of a pool recreates
 * all of its nodes, whatever maintenance windows say.
 */
export class GcpConfidentialNodePool extends pulumi.ComponentResource {
  readonly poolName: pulumi.Output<string>;
  /** Account that the nodes run as. */
  readonly serviceAccount: pulumi.Output<string>;

  constructor(name: string, args: GcpConfidentialNodePoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.gcpConfidentialNodePool, name, {}, opts);
    refuseDepartures(poolDepartures(args), this);
    const { project, key, version, dedicatedTo } = args;
    const node = gpuNode(args);
    refuseKeyApart(args.diskKey, key, this);

    const account = nodeAccount(
      name,
      { project, what: "confidential nodes of", roles: nodeRoles },
      { parent: this, dependsOn: [...args.after] },
    );
    const pool = new container.NodePool(
      `${name}-pool`,
      {
        ...poolBehaviour(args),
        project,
        cluster: args.cluster,
        location: args.location,
        name: args.poolName,
        nodeLocations: [...args.zones],
        ...(version !== undefined && { version }),
        nodeConfig: {
          ...node,
          ...(dedicatedTo !== undefined && { labels: { ...node.labels, [tenantNodeLabel]: dedicatedTo } }),
          serviceAccount: account.email,
          ...(key && { bootDiskKmsKey: key.keyId }),
        },
      },
      {
        parent: this,
        dependsOn: [...args.after, ...account.grants, ...(key?.grants ?? [])],
        // The autoscaler's business after the first start; a change of it would replace the pool.
        ignoreChanges: ["initialNodeCount"],
      },
    );
    this.poolName = pool.name;
    this.serviceAccount = account.email;
    this.registerOutputs({ poolName: this.poolName, serviceAccount: this.serviceAccount });
  }
}
