import * as container from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";
import { maxPodsPerNode } from "./addresses";
import { clusterDepartures } from "./constraints";
import type { GcpDiskKey } from "./diskKey";
import { teeOfSystem } from "./machineTypes";
import type { GcpNetwork } from "./network";
import { podRange, serviceRange } from "./network";
import { nodeAccount } from "./nodeAccount";
import { confidentialNode } from "./poolSettings";
import { refuseDepartures } from "./refuse";
import type { ClusterRequest } from "./requests";
import { cosImage } from "./requests";

export interface GcpClusterArgs extends ClusterRequest {
  readonly project: string;
  /** Name of the cluster. */
  readonly clusterName: string;
  /** Zones of the system pool's nodes. */
  readonly zones: readonly string[];
  /** Ranges from which the control plane is reached; it has no public address. */
  readonly adminCidrs: readonly string[];
  /** Nodes of the system pool per zone. */
  readonly systemCount: number;
  /** Whether deleting the cluster is refused until this has been set to false and applied. */
  readonly deletionProtection: boolean;
  readonly network: GcpNetwork;
  /** Key of nodes' disks and of the cluster's Secrets. Default Google's. */
  readonly diskKey?: GcpDiskKey;
  /** What has to be there first. */
  readonly after: readonly pulumi.Resource[];
}

/** Roles of a node's account: logs and metrics of the node itself, and nothing else. */
export const nodeRoles = ["roles/container.defaultNodeServiceAccount"] as const;

/**
 * A Standard GKE cluster for confidential nodes: private, without basic rights for strangers, and with a system pool that
 * is confidential itself, as its services see the tenants' names and traffic. The control plane is Google's and inside
 * nobody's TEE: who commands it commands the nodes.
 *
 * Confidentiality is each pool's own: said for the cluster it could not be undone, and there would be one TEE for all.
 * The pool that GKE makes by itself is taken away at once; until then it is of the system pool's kind, since one without
 * a TEE would break the creation.
 */
export class GcpCluster extends pulumi.ComponentResource {
  readonly clusterName: pulumi.Output<string>;
  readonly location: string;

  constructor(name: string, args: GcpClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.gcpCluster, name, {}, opts);
    refuseDepartures(clusterDepartures(args), this);
    const tee = teeOfSystem(args.systemMachineType);
    if (!tee) throw new pulumi.ResourceError("systemMachineType: has no TEE", this, true);
    const { project, region, zones, diskKey, version } = args;

    const account = nodeAccount(
      `${name}-system`,
      { project, what: "system nodes of", roles: nodeRoles },
      { parent: this, dependsOn: [...args.after] },
    );
    const nodeConfig = {
      ...confidentialNode(args.systemMachineType, tee),
      imageType: cosImage,
      diskType: "pd-balanced",
      diskSizeGb: 100,
      serviceAccount: account.email,
      ...(diskKey && { bootDiskKmsKey: diskKey.keyId }),
    };
    const cluster = new container.Cluster(
      `${name}-control-plane`,
      {
        ...closed(args),
        project,
        name: args.clusterName,
        location: region,
        nodeLocations: [...zones],
        minMasterVersion: version,
        // A channel would upgrade nodes by itself; here they change with `version`.
        releaseChannel: { channel: "UNSPECIFIED" },
        network: args.network.network,
        subnetwork: args.network.subnetwork,
        removeDefaultNodePool: true,
        initialNodeCount: 1,
        nodeConfig,
        ...(args.confidentialNodes === true && {
          confidentialNodes: { enabled: true, confidentialInstanceType: tee },
        }),
        ...(diskKey?.secretsKeyId && {
          databaseEncryption: { state: "ENCRYPTED", keyName: diskKey.secretsKeyId },
        }),
        deletionProtection: args.deletionProtection,
      },
      {
        parent: this,
        dependsOn: [...args.after, ...account.grants, ...(diskKey?.grants ?? []), args.network.nat],
        // It describes the pool that is gone by then, and a change of it would replace the cluster.
        ignoreChanges: ["nodeConfig", "initialNodeCount"],
      },
    );
    new container.NodePool(
      `${name}-system-pool`,
      {
        project,
        cluster: cluster.name,
        location: region,
        name: "system",
        version,
        nodeLocations: [...zones],
        nodeCount: args.systemCount,
        networkConfig: { enablePrivateNodes: true },
        management: { autoRepair: true, autoUpgrade: false },
        nodeConfig,
      },
      { parent: this, dependsOn: [...account.grants, ...(diskKey?.grants ?? [])] },
    );
    this.clusterName = cluster.name;
    this.location = region;
    this.registerOutputs({ clusterName: this.clusterName, location: this.location });
  }
}

/** Settings that close a cluster; nothing of them depends on what it is for. */
function closed({ project, adminCidrs, controlPlaneCidr }: GcpClusterArgs) {
  return {
    networkingMode: "VPC_NATIVE",
    ipAllocationPolicy: { clusterSecondaryRangeName: podRange, servicesSecondaryRangeName: serviceRange },
    defaultMaxPodsPerNode: maxPodsPerNode,
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: true,
      masterIpv4CidrBlock: controlPlaneCidr,
    },
    masterAuthorizedNetworksConfig: {
      gcpPublicCidrsAccessEnabled: false,
      cidrBlocks: adminCidrs.map((cidrBlock) => ({ cidrBlock })),
    },
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
    anonymousAuthenticationConfig: { mode: "LIMITED" },
    rbacBindingConfig: {
      enableInsecureBindingSystemAuthenticated: false,
      enableInsecureBindingSystemUnauthenticated: false,
    },
    enableLegacyAbac: false,
    enableShieldedNodes: true,
    // Dataplane V2: it enforces NetworkPolicy without an add-on.
    datapathProvider: "ADVANCED_DATAPATH",
    workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
    // What tenants' containers print stays on their nodes.
    loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS"] },
    monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"], managedPrometheus: { enabled: false } },
  };
}
