import * as compute from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";
import { nodeRanges, parseRange } from "./addresses";

export interface GcpNetworkArgs {
  readonly project: string;
  readonly region: string;
  /** Range of the whole network, /16 to /20: a quarter for nodes, a quarter for Services, half for pods. */
  readonly cidr: string;
  /** What has to be there first. */
  readonly after: readonly pulumi.Resource[];
}

/** Names of the secondary ranges that a cluster takes its pods' and Services' addresses from. */
export const podRange = "pods";
export const serviceRange = "services";

/**
 * A network of the nodes' own. No node has a public address: nodes reach Google's APIs from inside, and the internet by
 * NAT; from the internet nothing reaches a node. Between the network's own addresses GKE opens what its nodes need.
 */
export class GcpNetwork extends pulumi.ComponentResource {
  readonly network: pulumi.Output<string>;
  readonly subnetwork: pulumi.Output<string>;
  /** From where nodes are seen outside: the model owner's key broker lets it in. It stays the same. */
  readonly egressAddress: pulumi.Output<string>;
  /** The only way to the internet: machines that have to load something on their first start wait for it. */
  readonly nat: compute.RouterNat;

  constructor(name: string, args: GcpNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.gcpNetwork, name, {}, opts);
    const { project, region, cidr } = args;
    const prefix = parseRange(cidr)?.prefix;
    if (prefix === undefined || prefix < 16 || prefix > 20)
      throw new pulumi.ResourceError(
        `cidr: "${cidr}" is no range of /16 to /20; write one such as 10.42.0.0/16`,
        this,
        true,
      );
    const ranges = nodeRanges(cidr);
    const network = new compute.Network(
      `${name}-network`,
      { project, autoCreateSubnetworks: false, routingMode: "REGIONAL" },
      { parent: this, dependsOn: [...args.after] },
    );
    const subnetwork = new compute.Subnetwork(
      `${name}-nodes`,
      {
        project,
        region,
        network: network.id,
        ipCidrRange: ranges.nodes,
        privateIpGoogleAccess: true,
        secondaryIpRanges: [
          { rangeName: podRange, ipCidrRange: ranges.pods },
          { rangeName: serviceRange, ipCidrRange: ranges.services },
        ],
      },
      { parent: this },
    );
    // A network refuses by itself what nobody allows. Said aloud, it stands in reviews, and attempts are logged.
    new compute.Firewall(
      `${name}-no-internet`,
      {
        project,
        network: network.id,
        description: "no node is reached from the internet",
        direction: "INGRESS",
        priority: 65000,
        sourceRanges: ["0.0.0.0/0"],
        denies: [{ protocol: "all" }],
        logConfig: { metadata: "EXCLUDE_ALL_METADATA" },
      },
      { parent: this },
    );
    const router = new compute.Router(`${name}-router`, { project, region, network: network.id }, { parent: this });
    const egress = new compute.Address(
      `${name}-egress`,
      { project, region, addressType: "EXTERNAL" },
      { parent: this, dependsOn: [...args.after] },
    );
    this.nat = new compute.RouterNat(
      `${name}-nat`,
      {
        project,
        region,
        router: router.name,
        natIpAllocateOption: "MANUAL_ONLY",
        natIps: [egress.selfLink],
        sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
        logConfig: { enable: true, filter: "ERRORS_ONLY" },
      },
      { parent: this },
    );
    this.network = network.id;
    this.subnetwork = subnetwork.id;
    this.egressAddress = egress.address;
    this.registerOutputs({
      network: this.network,
      subnetwork: this.subnetwork,
      egressAddress: this.egressAddress,
    });
  }
}
