import { azureResources } from "./azure";
import { objects } from "./kubernetes";
import { labels } from "../components/host/hardware";
import { Place } from "./place";
import type { Resource, Selector } from "./rule";

/** Arguments that a kernel of a host is started with, one by one; findings point at whoever holds them. */
export interface HostKernel {
  readonly words: readonly { readonly word: string; readonly place: Place }[];
}

const machineConfigs = objects("machineconfiguration.openshift.io/v1/MachineConfig");
/** All versions that OpenShift serves. */
export const performanceProfiles = objects(
  ...["v1alpha1", "v1", "v2"].map((version) => `performance.openshift.io/${version}/PerformanceProfile`),
);
const configMaps = objects("v1/ConfigMap");

/** OpenShift's MachineConfigs and PerformanceProfiles, and files for /etc/default/grub.d in ConfigMaps. */
export const hostKernels: Selector<HostKernel> = {
  kinds: [...machineConfigs.kinds, ...performanceProfiles.kinds, "GRUB settings in ConfigMaps"],
  *select(resource) {
    for (const { body } of machineConfigs.select(resource)) yield kernelOf(body.at("spec", "kernelArguments"));
    for (const { body } of performanceProfiles.select(resource))
      yield kernelOf(body.at("spec", "additionalKernelArgs"));
    for (const { body } of configMaps.select(resource)) {
      const data = body.at("data");
      for (const key of data.keys().filter((name) => /grub/.test(name))) {
        const place = data.at(key);
        const lines = [...(place.text ?? "").matchAll(/^\s*GRUB_CMDLINE_LINUX\w*\s*\+?=\s*["']?([^"'\n]*)/gm)];
        if (lines.length > 0) yield { words: lines.flatMap(([, line]) => wordsIn(line ?? "", place)) };
      }
    }
  },
};

/** Several arguments may stand in one element. */
function kernelOf(list: Place): HostKernel {
  return { words: list.items().flatMap((place) => wordsIn(place.text ?? "", place)) };
}

const wordsIn = (line: string, place: Place) =>
  line
    .split(/\s+/)
    .map(asTheKernelReads)
    .filter((word) => word !== "")
    .map((word) => ({ word, place }));

/** Quotes are taken off, and a name's dashes are underscores: `"kvm-amd.sev=0"` is `kvm_amd.sev=0`. */
const asTheKernelReads = (word: string) =>
  word.replace(/"/g, "").replace(/^[^=]*/, (name) => name.replaceAll("-", "_"));

/** The mode that a stack asks of a host, at the label that asks. */
export function* ccModesAsked(all: readonly Resource[]): Iterable<Place> {
  for (const resource of all)
    for (const { body } of nodes.select(resource)) {
      const mode = body.at("metadata", "labels", labels.ccMode);
      if (mode.present) yield mode;
    }
}

export const nodes = objects("v1/Node");

/**
 * CEL: the label's value, and whether this request gives it one that it did not have. Kubelet and controllers write other
 * labels of a node all the time; one that was wrong before must not stop them.
 */
export const nodeLabel = (key: string): string => labelOf("object", key);
export const nodeLabelSet = (...keys: readonly string[]): string =>
  keys
    .map((key) => `${labelOf("object", key)} != (oldObject == null ? "" : ${labelOf("oldObject", key)})`)
    .join(" || ");

const labelOf = (object: string, key: string) => `${object}.metadata.?labels[?"${key}"].orValue("")`;

/** Kubelet's status included: labels are taken by that way, too. */
export const nodeScope = ["nodes", "nodes/status"].map((resource) => ({ group: "", version: "v1", resource }));

const azurePools = azureResources("containerservice:AgentPool", "containerservice:ManagedCluster");
const googlePools = ["gcp:container/nodePool:NodePool", "gcp:container/cluster:Cluster"];

/** Labels that a cloud's node pool gives its nodes. */
export const cloudNodeLabels: Selector<Place> = {
  kinds: [...azurePools.kinds, ...googlePools],
  *select(resource) {
    const body = Place.root(resource.props);
    if ([...azurePools.select(resource)].length > 0)
      for (const pool of [body, ...body.at("agentPoolProfiles").items()]) yield pool.at("nodeLabels");
    if (googlePools.includes(resource.type))
      for (const pool of [body, ...body.at("nodePools").items()]) yield pool.at("nodeConfig", "labels");
  },
};
