import { parseDocument } from "./documents";
import { objects } from "./kubernetes";
import type { Finding, Place } from "./place";
import type { Selector } from "./rule";

/** Labels of a node that ask for parts or slices of its GPUs. */
export const sharingLabels = ["nvidia.com/device-plugin.config", "nvidia.com/mig.config", "nvidia.com/vgpu.config"];

const configMaps = objects("v1/ConfigMap");

/** The device plugin's own settings about a resource, `nvidia.com/gpu` for example, as far as they share it. */
export function pluginSharing(resourceName: string): Selector<Place> {
  return {
    kinds: ["device plugin settings in ConfigMaps"],
    *select(resource) {
      for (const { body } of configMaps.select(resource)) {
        const data = body.at("data");
        // Its entries are named at will, after a GPU or a profile, and are YAML whatever they are called.
        for (const key of data.keys().filter((name) => !/\.\w+$/.test(name) || /\.ya?ml$/.test(name))) {
          const entry = data.at(key);
          if (entry.text?.includes(resourceName) === true && entry.text.includes("sharing")) yield entry;
        }
      }
    },
  };
}

/** Each way in which an entry shares the resource. */
export function* sharedIn(entry: Place, resourceName: string, message: string): Iterable<Finding> {
  const parsed = parseDocument("config.yaml", entry.text ?? "");
  if (!parsed || "error" in parsed) return;
  for (const way of ["timeSlicing", "mps"])
    for (const resource of entry.document(parsed.value).at("sharing", way, "resources").items()) {
      const name = resource.at("name");
      if (name.text === resourceName) yield name.finding(message);
    }
}
