import { gpuSizeOf } from "../components/host/offerings";
import { azureConfidentialMachines, azureGpuPools } from "./azure";
import { someKnown } from "./evaluate";
import { gcpGpuNodes } from "./gcp";
import { gpuOperatorChart, kataChart, releases } from "./helm";
import type { KubernetesObject, Pod } from "./kubernetes";
import { confidentialPods, containersOf, isTeeRuntimeClass, objects } from "./kubernetes";
import type { Resource } from "./rule";
import { isTrustee } from "./trusteePods";

const operators = releases(gpuOperatorChart, kataChart);
const nodes = objects("v1/Node");
const hosts = objects("nvidia.com/v1/ClusterPolicy", "kataconfiguration.openshift.io/v1/KataConfig");
const runtimeClasses = objects("node.k8s.io/v1/RuntimeClass");

/** Whether a resource is of an infrastructure provider's cluster: confidential pods, or what makes hosts ready for them. */
export function isProviders(resource: Resource): boolean {
  return (
    some(operators.select(resource)) ||
    some(hosts.select(resource)) ||
    some(nodes.select(resource), preparesGpus) ||
    some(confidentialPods.select(resource), (pod) => !isTrusteePod(pod)) ||
    some(runtimeClasses.select(resource), ({ body }) => isTeeRuntimeClass(body.at("handler").text)) ||
    // Of clouds those with a GPU alone: an owner's own cluster may have confidential nodes for the key broker.
    some(azureGpuPools.select(resource)) ||
    some(azureConfidentialMachines.select(resource), ({ size }) => gpuSizeOf("azure", size.text) !== undefined) ||
    some(gcpGpuNodes.select(resource))
  );
}

/** Whether some resource of the stack is. One that is not known yet decides only where no other is. */
export function hasProviders(all: readonly Resource[]): boolean {
  return someKnown(all, isProviders);
}

/** A node of the owner's own cluster is labelled for this and that, but not for GPUs. */
const preparesGpus = ({ body }: KubernetesObject) =>
  body
    .at("metadata", "labels")
    .keys()
    .some((label) => label.startsWith("nvidia.com/"));

const isTrusteePod = (pod: Pod) => containersOf(pod).some(isTrustee);

function some<T>(items: Iterable<T>, fits: (item: T) => boolean = () => true): boolean {
  for (const item of items) if (fits(item)) return true;
  return false;
}
