import { initDataAnnotationKey } from "../components/guest/initDataAnnotation";
import { Place } from "./place";
import type { Resource, Selector } from "./rule";

/** One Kubernetes object, however it was declared: typed resource, patch, list element, custom resource. */
export interface KubernetesObject {
  /** `apps/v1/Deployment`, `v1/ConfigMap`. */
  readonly kind: string;
  readonly name: string;
  /** A patch says only what it changes: what it leaves out may well be there. */
  readonly partial: boolean;
  readonly body: Place;
}

/** A pod, or the template that an object makes pods from. */
export interface Pod {
  readonly object: KubernetesObject;
  readonly metadata: Place;
  readonly spec: Place;
}

export interface Container {
  readonly pod: Pod;
  readonly place: Place;
  /** Init containers (sidecars included) run before, or beside, the main ones; they share the same virtual machine. */
  readonly init: boolean;
}

export const confidentialLabel = "trustfoundry.dev/confidential";

/** Runtime classes that the reference architecture runs confidential GPU pods with. */
export const confidentialRuntimeClasses = [
  "kata-qemu-nvidia-gpu-snp",
  "kata-qemu-nvidia-gpu-tdx",
  "kata-cc-nvidia-gpu",
] as const;

/** Classes of OpenShift's whose handlers are named by the TEE, since a cluster has one TEE only. */
export const openshiftHandlers: Readonly<Record<string, readonly string[]>> = {
  "kata-cc": ["kata-snp", "kata-tdx"],
  "kata-cc-nvidia-gpu": ["kata-snp-nvidia-gpu", "kata-tdx-nvidia-gpu"],
};

/** Where the built-in kinds keep their pods. */
export const podPaths: Readonly<Record<string, readonly string[]>> = {
  "v1/Pod": [],
  "v1/PodTemplate": ["template"],
  "v1/ReplicationController": ["spec", "template"],
  "apps/v1/Deployment": ["spec", "template"],
  "apps/v1/DaemonSet": ["spec", "template"],
  "apps/v1/StatefulSet": ["spec", "template"],
  "apps/v1/ReplicaSet": ["spec", "template"],
  "batch/v1/Job": ["spec", "template"],
  "batch/v1/CronJob": ["spec", "jobTemplate", "spec", "template"],
};

const chartTypes = ["kubernetes:helm.sh/", "kubernetes:yaml", "kubernetes:kustomize"];

/** A stack rule asks every resource for its objects again and again. */
const remembered = new WeakMap<Resource, KubernetesObject[]>();

/** The Kubernetes objects that a Pulumi resource stands for; none for other providers, charts and YAML components. */
export function objectsOf(resource: Resource): KubernetesObject[] {
  let found = remembered.get(resource);
  if (!found) remembered.set(resource, (found = readObjects(resource)));
  return found;
}

function readObjects(resource: Resource): KubernetesObject[] {
  const [provider, group, type] = resource.type.split(":");
  if (provider !== "kubernetes" || !group || !type || chartTypes.some((prefix) => resource.type.startsWith(prefix)))
    return [];
  const apiVersion = group.replace(/^core\//, "");
  const body = Place.root(resource.props);
  const patch = /^(.+)Patch$/.exec(type);
  const list = /^(.+)List$/.exec(type);
  const object = (kind: string, place: Place, partial: boolean) => ({
    kind: `${apiVersion}/${kind}`,
    name: resource.name,
    partial,
    body: place,
  });
  if (list?.[1])
    return body
      .at("items")
      .items()
      .map((item) => object(list[1] as string, item, false));
  return [object(patch?.[1] ?? type, body, patch !== null)];
}

/** Objects of certain kinds, with their patches and lists. */
export function objects(...kinds: readonly string[]): Selector<KubernetesObject> {
  return { kinds, select: (resource) => objectsOf(resource).filter(({ kind }) => kinds.includes(kind)) };
}

export function podsOf(object: KubernetesObject): Pod[] {
  const path = podPaths[object.kind];
  if (!path) return isBuiltIn(object.kind) ? [] : embeddedPods(object, object.body);
  const template = object.body.at(...path);
  return [{ object, metadata: template.at("metadata"), spec: template.at("spec") }];
}

/** Everything that makes pods, custom resources included. */
export const pods: Selector<Pod> = {
  kinds: ["pods and everything that makes them"],
  select: (resource) => objectsOf(resource).flatMap(podsOf),
};

/** Pods that are meant to be confidential: by runtime class, by label, or because they bring init-data. */
export const confidentialPods: Selector<Pod> = {
  kinds: ["confidential pods and everything that makes them"],
  *select(resource) {
    for (const pod of pods.select(resource)) if (isConfidential(pod)) yield pod;
  },
};

export const confidentialContainers: Selector<Container> = {
  kinds: confidentialPods.kinds,
  *select(resource) {
    for (const pod of confidentialPods.select(resource)) yield* containersOf(pod);
  },
};

export function isConfidential(pod: Pod): boolean {
  return (
    declaredConfidential(pod.object.body.at("metadata")) ||
    declaredConfidential(pod.metadata) ||
    pod.metadata.at("annotations", initDataAnnotationKey).present ||
    isTeeRuntimeClass(pod.spec.at("runtimeClassName").text)
  );
}

export function declaredConfidential(metadata: Place): boolean {
  return metadata.at("labels", confidentialLabel).text === "true";
}

/** Runtime classes whose guests are, or pretend to be, in a TEE; debugging variants too. CEL reads the same expression. */
export const teeRuntimeClass =
  /^kata-(cc(-nvidia-gpu)?|(snp|tdx)(-nvidia-gpu)?|.*-(snp|tdx|coco-dev)(-runtime-rs)?)(-debug|-devkit)*$/;

export function isTeeRuntimeClass(name: string | undefined): boolean {
  return name !== undefined && teeRuntimeClass.test(name);
}

export function containersOf(pod: Pod): Container[] {
  const of = (key: string, init: boolean) =>
    pod.spec
      .at(key)
      .items()
      .map((place) => ({ pod, place, init }));
  return [...of("initContainers", true), ...of("containers", false), ...of("ephemeralContainers", false)];
}

/** Where a pod names images: its containers, and volumes that are images, models for example. */
export function imagesOf(pod: Pod): Place[] {
  const mounted = pod.spec
    .at("volumes")
    .items()
    .map((volume) => volume.at("image"))
    .filter((image) => image.present);
  return [...containersOf(pod).map(({ place }) => place.at("image")), ...mounted.map((image) => image.at("reference"))];
}

/** A property that must be there: a patch that leaves it out says nothing about it. */
export function missing(object: KubernetesObject, place: Place): boolean {
  return !place.present && !object.partial;
}

function isBuiltIn(kind: string): boolean {
  const group = kind.split("/").slice(0, -2).join("/");
  return !group.includes(".") || group.endsWith(".k8s.io");
}

/** Pods inside a custom resource, whatever its kind: a pod's spec is what has a list of containers. */
function embeddedPods(object: KubernetesObject, holder: Place, depth = 0): Pod[] {
  if (depth > 12) return [];
  const children = holder.items().length > 0 ? holder.items() : holder.keys().map((key) => holder.at(key));
  // Any value of a custom resource could turn out to hold pods; one that is not known yet is looked into at `up`.
  return children
    .filter(({ known }) => known)
    .flatMap((spec) => {
      const containers = spec.at("containers");
      const isSpec = containers.known && containers.items().length > 0;
      return isSpec ? [{ object, metadata: holder.at("metadata"), spec }] : embeddedPods(object, spec, depth + 1);
    });
}
