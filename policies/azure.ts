import { gpuSizeOf } from "../components/host/offerings";
import { someKnown } from "./evaluate";
import { Place } from "./place";
import type { Resource, Selector } from "./rule";

/*
 * Resources of Pulumi's azure-native provider. Property names: @pulumi/azure-native 3.28.0, compute/virtualMachine.d.ts,
 * compute/virtualMachineScaleSet.d.ts, batch/pool.d.ts, containerservice/{agentPool,managedCluster}.d.ts and
 * types/input.d.ts.
 */

/** A virtual machine, or what a set or a batch pool makes them from: one shape for all three. */
export interface AzureMachine {
  readonly resource: Resource;
  readonly size: Place;
  /** `location`; batch pools have none of their own. */
  readonly location: Place;
  readonly securityProfile: Place;
  readonly storage: Place;
  /** Network interfaces written into the machine, not as resources of their own. */
  readonly interfaces: readonly Place[];
}

/** A node pool of AKS: a resource of its own, or part of the cluster's. */
export interface AzureNodePool {
  readonly resource: Resource;
  readonly body: Place;
  /** The cluster's, where the pool stands inside it. */
  readonly location: Place;
}

/**
 * The type without the API version that older SDKs put into it: `compute:VirtualMachine` for
 * `azure-native:compute:VirtualMachine` and `azure-native:compute/v20240701:VirtualMachine`, and for the parameterised
 * packages that azure-native makes since version 3.
 */
export function azureType(resource: Resource): string | undefined {
  return azureTypePattern.exec(resource.type)?.slice(1).join(":");
}

const azureTypePattern = /^azure-native(?:_\w+)?:(\w+)(?:\/v\d{8}\w*)?:(\w+)$/;

/** Resources of certain types, by their name without provider and version. */
export function azureResources(...types: readonly string[]): Selector<{ resource: Resource; body: Place }> {
  return {
    kinds: types.map((type) => `azure-native:${type}`),
    select(resource) {
      const type = azureType(resource);
      return type !== undefined && types.includes(type) ? [{ resource, body: Place.root(resource.props) }] : [];
    },
  };
}

const machineTypes = azureResources("compute:VirtualMachine", "compute:VirtualMachineScaleSet", "batch:Pool");

/** Machines that are confidential, or that something says should be. */
export const azureConfidentialMachines: Selector<AzureMachine> = {
  kinds: machineTypes.kinds,
  *select(resource) {
    for (const machine of azureMachines(resource)) if (isMeantConfidential(machine)) yield machine;
  },
};

/** Node pools with a confidential GPU. AKS knows no other sign of a confidential pool than its size. */
export const azureGpuPools: Selector<AzureNodePool> = {
  kinds: ["azure-native:containerservice:AgentPool", "azure-native:containerservice:ManagedCluster"],
  *select(resource) {
    for (const pool of nodePools(resource)) if (gpuSizeOf("azure", pool.body.at("vmSize").text)) yield pool;
  },
};

export function isConfidentialVm({ securityProfile }: AzureMachine): boolean {
  // Batch spells it with a small letter (batch.SecurityTypes).
  return /^confidentialvm$/i.test(securityProfile.at("securityType").text ?? "");
}

export function osDiskOf({ storage }: AzureMachine): Place {
  return storage.at("osDisk", "managedDisk");
}

/** Everything of certain types that a resource depends on. */
export function azureDependencies(
  resource: Resource,
  all: readonly Resource[],
  ...types: readonly string[]
): Resource[] {
  return all.filter(
    (other) =>
      other.urn !== undefined &&
      resource.dependsOn?.includes(other.urn) === true &&
      types.includes(azureType(other) ?? ""),
  );
}

function* azureMachines(resource: Resource): Iterable<AzureMachine> {
  const body = Place.root(resource.props);
  const type = azureType(resource);
  if (type === "compute:VirtualMachine")
    yield {
      resource,
      size: body.at("hardwareProfile", "vmSize"),
      location: body.at("location"),
      securityProfile: body.at("securityProfile"),
      storage: body.at("storageProfile"),
      get interfaces() {
        return body.at("networkProfile", "networkInterfaceConfigurations").items();
      },
    };
  if (type === "compute:VirtualMachineScaleSet") {
    const profile = body.at("virtualMachineProfile");
    yield {
      resource,
      size: body.at("sku", "name"),
      location: body.at("location"),
      securityProfile: profile.at("securityProfile"),
      storage: profile.at("storageProfile"),
      get interfaces() {
        return profile.at("networkProfile", "networkInterfaceConfigurations").items();
      },
    };
  }
  if (type === "batch:Pool") {
    const machine = body.at("deploymentConfiguration", "virtualMachineConfiguration");
    yield {
      resource,
      size: body.at("vmSize"),
      location: body.at("location"),
      securityProfile: machine.at("securityProfile"),
      storage: machine,
      interfaces: [],
    };
  }
}

function isMeantConfidential(machine: AzureMachine): boolean {
  const signs = [
    () => isConfidentialVm(machine),
    () => gpuSizeOf("azure", machine.size.text) !== undefined,
    () => osDiskOf(machine).at("securityProfile").keys().length > 0,
  ];
  return someKnown(signs, (sign) => sign());
}

function* nodePools(resource: Resource): Iterable<AzureNodePool> {
  const body = Place.root(resource.props);
  const type = azureType(resource);
  // An agent pool lies where its cluster lies.
  if (type === "containerservice:AgentPool") yield { resource, body, location: body.at("location") };
  if (type === "containerservice:ManagedCluster")
    for (const pool of body.at("agentPoolProfiles").items())
      yield { resource, body: pool, location: body.at("location") };
}
