import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "./kubernetes";
import { objects } from "./kubernetes";
import { isObject } from "./place";
import type { Place } from "./place";
import type { Selector } from "./rule";

/** What a kubelet is told: a KubeletConfiguration, whole or as a drop-in. */
export interface KubeletConfiguration {
  /** What holds it; a text that is a drop-in is whole, a patch of a KubeletConfig is not. */
  readonly object: KubernetesObject;
  readonly settings: Place;
  readonly partial: boolean;
}

const texts = objects("v1/ConfigMap");
const customResources = objects("machineconfiguration.openshift.io/v1/KubeletConfig");
/** `kubelet` is kubeadm's own; the others are files of a host. */
const fileName = /kubelet|\.conf$|^config(\.ya?ml)?$/;

/** Kubelet configurations as texts of ConfigMaps, and as OpenShift's KubeletConfig. */
export const kubeletConfigurations: Selector<KubeletConfiguration> = {
  kinds: ["kubelet configurations in ConfigMaps", ...customResources.kinds],
  *select(resource) {
    for (const object of texts.select(resource)) {
      const data = object.body.at("data");
      for (const name of data.keys().filter((key) => fileName.test(key))) {
        const place = data.at(name);
        const parsed = kubeletDocument(place.text);
        if (parsed) yield { object, settings: place.document(parsed), partial: false };
      }
    }
    for (const object of customResources.select(resource))
      yield { object, settings: object.body.at("spec", "kubeletConfig"), partial: object.partial };
  },
};

/** OpenShift's own, which may not have feature gates: those are the cluster's to set. */
export const isOpenshiftKubelet = ({ object }: KubeletConfiguration): boolean =>
  customResources.kinds.includes(object.kind);

/** Those that are meant for hosts of confidential guests: they set one of the things that only such hosts need. */
export const kataKubelets: Selector<KubeletConfiguration> = {
  kinds: kubeletConfigurations.kinds,
  *select(resource) {
    for (const configuration of kubeletConfigurations.select(resource))
      if (preparesKata(configuration)) yield configuration;
  },
};

/** Feature gates of hosts with Kata guests. */
export const kubeletGates = { podResources: "KubeletPodResourcesGet", imagePerClass: "RuntimeClassInImageCriApi" };

function preparesKata({ settings }: KubeletConfiguration): boolean {
  const telling = [...Object.values(kubeletGates).map((gate) => ["featureGates", gate]), ["runtimeRequestTimeout"]];
  return telling.some((path) => settings.at(...path).present);
}

function kubeletDocument(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  // Other files end in .conf, too, and need not be YAML.
  if (text === undefined || !/kind["']?\s*:\s*["']?KubeletConfiguration\b/.test(text)) return undefined;
  try {
    // kubeadm takes several documents in one file.
    const sound = parseAllDocuments(text).filter(({ errors }) => errors.length === 0);
    const documents = sound.map((document) => document.toJS() as unknown);
    return documents.filter(isObject).find(({ kind }) => kind === "KubeletConfiguration");
  } catch {
    return undefined;
  }
}
