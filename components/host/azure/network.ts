import * as network from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import { tokens } from "../../tokens";
import type { AzurePlace } from "./place";
import { networkPlan } from "./networkPlan";

export interface AzureNetworkArgs extends AzurePlace {
  /** Range of the network, private, /16 to /20: halved for nodes and machines. */
  readonly cidr: string;
}

/**
 * The nodes' network. Nothing in it has an address on the internet; one NAT gateway leads out, so that whoever is called
 * sees a single address to allow. From outside nobody reaches a node, unless this network is peered or has a VPN: that is
 * the provider's to decide.
 */
export class AzureNetwork extends pulumi.ComponentResource {
  readonly networkId: pulumi.Output<string>;
  /** Subnet of the cluster's nodes. */
  readonly nodeSubnetId: pulumi.Output<string>;
  /** Subnet of machines outside of any cluster. */
  readonly machineSubnetId: pulumi.Output<string>;
  /** The address by which all of them are seen outside: what a key broker has to let in. */
  readonly egressAddress: pulumi.Output<string>;

  constructor(name: string, args: AzureNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super(tokens.azureNetwork, name, {}, opts);
    const plan = planned(this, args.cidr);
    const { location, resourceGroupName } = args;
    const common = { location, resourceGroupName };
    const child = { parent: this };

    const address = new network.PublicIPAddress(
      `${name}-egress`,
      {
        ...common,
        publicIpAddressName: `${name}-egress`,
        publicIPAllocationMethod: "Static",
        publicIPAddressVersion: "IPv4",
        sku: { name: "Standard", tier: "Regional" },
      },
      child,
    );
    const gateway = new network.NatGateway(
      `${name}-nat`,
      {
        ...common,
        natGatewayName: `${name}-nat`,
        sku: { name: "Standard" },
        publicIpAddresses: [{ id: address.id }],
      },
      child,
    );
    const group = (purpose: string, securityRules: readonly SecurityRule[]) =>
      new network.NetworkSecurityGroup(
        `${name}-${purpose}`,
        { ...common, networkSecurityGroupName: `${name}-${purpose}`, securityRules: [...securityRules] },
        child,
      );
    const virtualNetwork = new network.VirtualNetwork(
      `${name}-virtual`,
      { ...common, virtualNetworkName: name, addressSpace: { addressPrefixes: [plan.cidr] } },
      // Subnets are resources of their own.
      { ...child, ignoreChanges: ["subnets"] },
    );
    const subnet = (
      purpose: string,
      addressPrefix: string,
      rules: network.NetworkSecurityGroup,
      after: readonly pulumi.Resource[] = [],
    ) =>
      new network.Subnet(
        `${name}-${purpose}-subnet`,
        {
          resourceGroupName,
          virtualNetworkName: virtualNetwork.name,
          subnetName: purpose,
          addressPrefix,
          networkSecurityGroup: { id: rules.id },
          natGateway: { id: gateway.id },
          // Azure's own way out would give machines an address of Azure's choosing.
          defaultOutboundAccess: false,
        },
        { ...child, dependsOn: [...after] },
      );
    const nodes = subnet("nodes", plan.nodes, group("nodes", [denyInternet]));
    // Azure changes one subnet of a network at a time.
    const machines = subnet("machines", plan.machines, group("machines", [...allowFromNetwork, denyRest]), [nodes]);

    this.networkId = virtualNetwork.id;
    this.nodeSubnetId = nodes.id;
    this.machineSubnetId = machines.id;
    this.egressAddress = address.ipAddress.apply((ip) => ip ?? "");
    this.registerOutputs({
      networkId: this.networkId,
      nodeSubnetId: this.nodeSubnetId,
      machineSubnetId: this.machineSubnetId,
      egressAddress: this.egressAddress,
    });
  }
}

interface SecurityRule {
  readonly name: string;
  readonly priority: number;
  readonly access: "Allow" | "Deny";
  readonly direction: "Inbound";
  readonly protocol: "Tcp" | "*";
  readonly sourceAddressPrefix: string;
  readonly sourcePortRange: "*";
  readonly destinationAddressPrefix: "*";
  readonly destinationPortRange: string;
}

const inbound = { direction: "Inbound", sourcePortRange: "*", destinationAddressPrefix: "*" } as const;

/** Said although it is Azure's default: rules that are added later, a public service of the cluster too, come after it. */
const denyInternet: SecurityRule = {
  ...inbound,
  name: "deny-internet",
  priority: 100,
  access: "Deny",
  protocol: "*",
  sourceAddressPrefix: "Internet",
  destinationPortRange: "*",
};

/** SSH and HTTPS from the network and what is peered with it. */
const allowFromNetwork: readonly SecurityRule[] = [
  { name: "allow-ssh", port: "22", priority: 100 },
  { name: "allow-https", port: "443", priority: 110 },
].map(({ name, port, priority }) => ({
  ...inbound,
  name,
  priority,
  access: "Allow",
  protocol: "Tcp",
  sourceAddressPrefix: "VirtualNetwork",
  destinationPortRange: port,
}));

const denyRest: SecurityRule = { ...denyInternet, name: "deny-rest", priority: 4096, sourceAddressPrefix: "*" };

function planned(component: pulumi.Resource, cidr: string) {
  try {
    return networkPlan(cidr);
  } catch (error) {
    throw new pulumi.ResourceError(`cidr: ${(error as Error).message}`, component, true);
  }
}
