import { peerPodsChart, releases } from "./helm";
import { objects, pods } from "./kubernetes";
import type { Pod } from "./kubernetes";
import type { Place } from "./place";
import type { Selector } from "./rule";

export const peerPodReleases = releases(peerPodsChart);

/** Runtime class of pods that are virtual machines of a cloud, beside their node. */
export const peerPodRuntimeClass = "kata-remote";

const configMaps = objects("v1/ConfigMap");

/**
 * What the cloud-api-adaptor is started with: variables of the chart's `providerConfigs`, one map a cloud, and the
 * ConfigMap that the chart makes of them.
 *
 * Source: confidential-containers/cloud-api-adaptor, src/cloud-api-adaptor/install/charts/peerpods (v0.22.0).
 */
export const adaptorSettings: Selector<Place> = {
  kinds: [...peerPodReleases.kinds, "ConfigMap peer-pods-cm"],
  *select(resource) {
    for (const { values } of peerPodReleases.select(resource)) {
      const clouds = values.at("providerConfigs");
      for (const cloud of clouds.keys()) yield clouds.at(cloud);
    }
    for (const { body } of configMaps.select(resource))
      if (body.at("metadata", "name").text === "peer-pods-cm") yield body.at("data");
  },
};

export const peerPods: Selector<Pod> = {
  kinds: [`pods of runtime class ${peerPodRuntimeClass}`],
  *select(resource) {
    for (const pod of pods.select(resource))
      if (pod.spec.at("runtimeClassName").text === peerPodRuntimeClass) yield pod;
  },
};

/** Whether Go reads it as true (strconv.ParseBool), as the adaptor does. */
export function isOn(setting: Place): boolean {
  return setting.value === true || /^(1|t|T|TRUE|true|True)$/.test(setting.text ?? "");
}
