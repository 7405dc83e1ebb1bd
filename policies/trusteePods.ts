import type { Container, KubernetesObject, Pod } from "./kubernetes";
import { containersOf, pods } from "./kubernetes";
import type { Place } from "./place";
import type { Selector } from "./rule";

/** Names of the images of Trustee's services, released and staged. */
const keyBrokerImages = ["key-broker-service", "kbs", "kbs-grpc-as"];
export const trusteeImages = [
  ...keyBrokerImages,
  "coco-as-grpc",
  "coco-as-restful",
  "attestation-service",
  "rvps",
  "reference-value-provider-service",
] as const;

/** Pods that run the key broker, the attestation service or the reference value provider. */
export const trusteePods: Selector<Pod> = {
  kinds: ["pods with an image of Trustee"],
  *select(resource) {
    for (const pod of pods.select(resource)) if (containersOf(pod).some(isTrustee)) yield pod;
  },
};

/** The containers of these pods, helpers beside the services included. */
export const trusteeContainers: Selector<Container> = {
  kinds: trusteePods.kinds,
  *select(resource) {
    for (const pod of trusteePods.select(resource)) yield* containersOf(pod);
  },
};

export function isTrustee({ place }: Container): boolean {
  const name = imageName(place.at("image").text);
  return name !== undefined && trusteeImages.some((known) => known === name);
}

export function isKeyBroker({ place }: Container): boolean {
  return keyBrokerImages.includes(imageName(place.at("image").text) ?? "");
}

/** `ghcr.io/a/kbs:v1@sha256:…` is `kbs`. */
function imageName(image: string | undefined): string | undefined {
  return image?.split("@")[0]?.split("/").at(-1)?.split(":")[0];
}

/** Names that the key broker's pods and Services carry: ours, the operator's, the chart's and the kustomization's. */
export const keyBrokerNames: readonly string[] = ["trustee-kbs", "kbs", "kbs-service", "trustee"];

export function isKeyBrokerName(name: string | undefined): boolean {
  return name !== undefined && keyBrokerNames.includes(name);
}

/** Whether labels, of pods or of what selects them, are the key broker's. */
export function labelledKeyBroker(labels: Place): boolean {
  return labels.keys().some((key) => isKeyBrokerName(labels.at(key).text));
}

/** Where the services keep what they decide by: our directories, and Trustee's defaults. */
export const storagePath = /^\/(var\/lib\/trustee|opt\/confidential-containers\/storage)(\/|$)/;

/** A volume with such a directory, as one container of Trustee mounts it. */
export interface StorageMount {
  readonly object: KubernetesObject;
  readonly mount: Place;
  /** Undefined where the pod names no such volume, as a patch may. */
  readonly volume: Place | undefined;
}

export const storageMounts: Selector<StorageMount> = {
  kinds: ["volumes of pods with an image of Trustee"],
  *select(resource) {
    for (const { pod, place } of trusteeContainers.select(resource))
      for (const mount of place.at("volumeMounts").items()) {
        if (!storagePath.test(mount.at("mountPath").text ?? "")) continue;
        const name = mount.at("name").text;
        const volume = pod.spec
          .at("volumes")
          .items()
          .find((candidate) => candidate.at("name").text === name);
        yield { object: pod.object, mount, volume };
      }
  },
};

/** gRPC of the reference value provider and of the attestation service; neither asks who is calling. */
export const grpcPorts = [50003, 50004];

/** Such ports of a Service. */
export function internalPorts({ body }: KubernetesObject): number[] {
  return body
    .at("spec", "ports")
    .items()
    .flatMap((port) => [port.at("port").count, port.at("targetPort").count])
    .filter((port): port is number => port !== undefined && grpcPorts.includes(port));
}
