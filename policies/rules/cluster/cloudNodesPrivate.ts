import { azureConfidentialMachines, azureDependencies, azureGpuPools, azureType } from "../../azure";
import { providerTypes } from "../../cloudSources";
import { azureAgentPool, azureMachine, azureNetworkInterface, azureScaleSet } from "../../examples/azure";
import { gcpCluster, gcpMachine, gcpNodePool } from "../../examples/gcp";
import { gcpConfidentialNodes, gkeCluster } from "../../gcp";
import type { Finding } from "../../place";
import { Place } from "../../place";
import type { Resource } from "../../rule";
import { stackRule } from "../../rule";

const nic = "network:NetworkInterface";
const { nodeConfig } = gcpNodePool.props as { readonly nodeConfig: object };
const defaultPool = {
  nodeConfig,
  nodeLocations: ["us-central1-a"],
  privateClusterConfig: { enablePrivateNodes: true },
};
const inScaleSet = "virtualMachineProfile.networkProfile.networkInterfaceConfigurations[0].ipConfigurations[0]";

export const cloudNodesPrivate = stackRule({
  id: "cloud-nodes-private",
  title: "Confidential nodes of a cloud have no address on the internet",
  pillar: "cluster",
  severity: "medium",
  threat:
    "Kubelet and SSH of a node are inside the boundary here, and a hole in either is open to the whole world instead of to the factory.",
  remediation:
    "Leave public addresses out (enableNodePublicIP, publicIPAddress, accessConfigs), and write networkConfig.enablePrivateNodes: true for pools of GKE.",
  source: providerTypes("gcp", "types/input.d.ts, container.NodePoolNetworkConfig, compute.InstanceNetworkInterface"),
  platforms: ["azure", "gcp"],
  claims: ["cloud-node-confidential", "cluster-closed"],
  // Hardening: firewalls may stand in between.
  baseline: "advisory",
  boundary: { by: "nothing", how: "which addresses a machine has is no part of its evidence" },
  kinds: [
    ...azureConfidentialMachines.kinds,
    ...azureGpuPools.kinds,
    `azure-native:${nic}`,
    ...gcpConfidentialNodes.kinds,
  ],
  *select(resource, all) {
    for (const { interfaces } of azureConfidentialMachines.select(resource))
      yield () => interfaces.flatMap((each) => present(each, ["publicIPAddressConfiguration"]));
    for (const { body } of azureGpuPools.select(resource))
      yield () => [body.at("enableNodePublicIP"), body.at("nodePublicIPPrefixID")].filter(isSet);
    if (azureType(resource) === nic && all.some((other) => isUser(other, resource)))
      yield () => present(Place.root(resource.props), ["publicIPAddress"]);
    for (const { form, body } of gcpConfidentialNodes.select(resource))
      if (form === "machine") yield () => body.at("networkInterfaces").items().flatMap(accessOf);
      else yield () => [privacyOf(body, resource)].filter(({ value }) => value !== true);
  },
  *check(open: () => Place[]): Iterable<Finding> {
    for (const place of open())
      yield place.path.endsWith("enablePrivateNodes")
        ? place.finding("has to be true; left out, the cluster decides, and its default is public")
        : place.finding("gives a confidential node an address on the internet");
  },
  compliant: [
    azureMachine,
    azureNetworkInterface,
    azureAgentPool,
    azureScaleSet,
    gcpMachine,
    gcpNodePool,
    { ...gcpCluster, props: { ...gcpCluster.props, ...defaultPool } },
  ],
  breakages: [
    {
      mistake: "a public address on a confidential machine's interface",
      resource: 1,
      path: "/ipConfigurations/0/publicIPAddress",
      value: { id: "/subscriptions/s/publicIPAddresses/node" },
      expect: "ipConfigurations[0].publicIPAddress",
    },
    {
      mistake: "a public address for every node of AKS",
      resource: 2,
      path: "/enableNodePublicIP",
      value: true,
      expect: "enableNodePublicIP",
    },
    {
      mistake: "a public address for every machine of a scale set",
      resource: 3,
      path: "/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/0/ipConfigurations/0/publicIPAddressConfiguration",
      value: { name: "public" },
      expect: `${inScaleSet}.publicIPAddressConfiguration`,
    },
    {
      mistake: "a public address for a machine of Google's",
      resource: 4,
      path: "/networkInterfaces/0/accessConfigs",
      value: [{}],
      expect: "networkInterfaces[0].accessConfigs",
    },
    {
      mistake: "public nodes in a confidential pool of GKE",
      resource: 5,
      path: "/networkConfig/enablePrivateNodes",
      value: false,
      expect: "networkConfig.enablePrivateNodes",
    },
    {
      mistake: "public nodes in a cluster's default pool",
      resource: 6,
      path: "/privateClusterConfig/enablePrivateNodes",
      value: false,
      expect: "privateClusterConfig.enablePrivateNodes",
    },
  ],
});

/** A cluster configures its default pool itself, and has a place of its own for it. */
function privacyOf(pool: Place, { type }: Resource): Place {
  const ofCluster = type === gkeCluster && pool.path === "";
  return pool.at(ofCluster ? "privateClusterConfig" : "networkConfig", "enablePrivateNodes");
}

function isUser(other: Resource, used: Resource): boolean {
  return azureDependencies(other, [used], nic).length > 0 && !![...azureConfidentialMachines.select(other)].length;
}

function present(settings: Place, keys: readonly string[]): Place[] {
  return settings
    .at("ipConfigurations")
    .items()
    .flatMap((each) => keys.map((key) => each.at(key)).filter(isSet));
}

function accessOf(settings: Place): Place[] {
  return ["accessConfigs", "ipv6AccessConfigs"]
    .map((key) => settings.at(key))
    .filter((list) => list.items().length > 0);
}

function isSet({ value }: Place): boolean {
  return value !== undefined && value !== false;
}
