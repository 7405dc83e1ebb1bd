import { gpuSizeOf } from "../components/host/offerings";
import { someKnown } from "./evaluate";
import { Place } from "./place";
import type { Resource, Selector } from "./rule";

/*
 * Resources of Pulumi's gcp provider. Property names: @pulumi/gcp 9.37.0, compute/instance.d.ts,
 * compute/{instanceTemplate,regionInstanceTemplate}.d.ts, container/{nodePool,cluster}.d.ts and types/input.d.ts.
 */

/** A virtual machine, a template of some, or a pool of Kubernetes nodes. */
export interface GcpNode {
  readonly resource: Resource;
  readonly form: "machine" | "pool";
  /** The machine, or the pool: also where it lies. */
  readonly body: Place;
  /** What makes a single machine: the body itself, or the pool's node configuration. */
  readonly config: Place;
  /** The block that asks for a TEE. */
  readonly tee: Place;
  readonly teeEnabled: Place;
  readonly teeType: Place;
}

const instance = "gcp:compute/instance:Instance";
const templates = [
  "gcp:compute/instanceTemplate:InstanceTemplate",
  "gcp:compute/regionInstanceTemplate:RegionInstanceTemplate",
];
const nodePool = "gcp:container/nodePool:NodePool";
export const gkeCluster = "gcp:container/cluster:Cluster";
export const machineTypes = [instance, ...templates];

export function gcpResources(...types: readonly string[]): Selector<{ resource: Resource; body: Place }> {
  return {
    kinds: types,
    select: (resource) => (types.includes(resource.type) ? [{ resource, body: Place.root(resource.props) }] : []),
  };
}

/** Nodes that are confidential, or that have a GPU which is there to be. */
export const gcpConfidentialNodes: Selector<GcpNode> = nodesThat(
  [...machineTypes, nodePool, gkeCluster],
  isMeantConfidential,
);

export const gcpConfidentialMachines: Selector<GcpNode> = nodesThat(machineTypes, isMeantConfidential);

export const gcpConfidentialPools: Selector<GcpNode> = nodesThat([nodePool, gkeCluster], isMeantConfidential);

/** Nodes of sizes with a confidential GPU, whether they ask for it or not. */
export const gcpGpuNodes: Selector<GcpNode> = nodesThat([...machineTypes, nodePool, gkeCluster], hasConfidentialGpu);

/** `projects/p/zones/z/machineTypes/a3-highgpu-1g` is `a3-highgpu-1g`. */
export function machineTypeOf({ config }: GcpNode): string | undefined {
  return config.at("machineType").text?.split("/").at(-1);
}

export function hasConfidentialGpu(node: GcpNode): boolean {
  return gpuSizeOf("gcp", machineTypeOf(node))?.stage === "offered";
}

/** Whether a machine, or pool, says that it wants a TEE. */
export function asksForTee({ teeEnabled, teeType }: GcpNode): boolean {
  return someKnown([teeEnabled, teeType], ({ value }) => value === true || (typeof value === "string" && value !== ""));
}

/** A machine's boot disk: a block of its own, or the first or marked one of a template's disks. */
export function bootDiskOf({ resource, body }: GcpNode): Place {
  if (resource.type === instance) return body.at("bootDisk");
  const disks = body.at("disks").items();
  return disks.find((disk) => disk.at("boot").value === true) ?? body.at("disks", 0);
}

/** The image that a machine boots from: the family or name that is written there. */
export function bootImageOf(node: GcpNode): Place {
  const disk = bootDiskOf(node);
  return node.resource.type === instance ? disk.at("initializeParams", "image") : disk.at("sourceImage");
}

function nodesThat(types: readonly string[], fits: (node: GcpNode) => boolean): Selector<GcpNode> {
  return {
    kinds: types,
    *select(resource) {
      if (!types.includes(resource.type)) return;
      for (const node of nodesOf(resource)) if (fits(node)) yield node;
    },
  };
}

function isMeantConfidential(node: GcpNode): boolean {
  return someKnown([asksForTee, hasConfidentialGpu], (sign) => sign(node));
}

function* nodesOf(resource: Resource): Iterable<GcpNode> {
  const body = Place.root(resource.props);
  if (machineTypes.includes(resource.type)) {
    const tee = body.at("confidentialInstanceConfig");
    yield {
      resource,
      form: "machine",
      body,
      config: body,
      tee,
      teeEnabled: tee.at("enableConfidentialCompute"),
      teeType: tee.at("confidentialInstanceType"),
    };
  }
  if (resource.type === nodePool) yield pool(resource, body);
  if (resource.type === gkeCluster) {
    // The default pool, unless it is taken away at once; it is configured by the cluster itself.
    if (body.at("nodeConfig").present) yield pool(resource, body);
    for (const place of body.at("nodePools").items()) yield pool(resource, place);
  }
}

function pool(resource: Resource, body: Place): GcpNode {
  const config = body.at("nodeConfig");
  const tee = config.at("confidentialNodes");
  return {
    resource,
    form: "pool",
    body,
    config,
    tee,
    teeEnabled: tee.at("enabled"),
    teeType: tee.at("confidentialInstanceType"),
  };
}
