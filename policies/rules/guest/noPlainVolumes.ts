import { everyContainer, literal } from "../../admission/cel";
import { trustedStoragePath } from "../../../components/workload/podTemplate";
import {
  confidentialDeployment,
  containerPath,
  containerPointer,
  podPointer,
} from "../../examples/confidentialDeployment";
import type { Place } from "../../place";
import { confidentialContainers } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";

/** Kept in the guest, or handed over by Kubernetes and read only; a host's path is refused by another rule. */
const harmless = ["emptyDir", "secret", "configMap", "downwardAPI", "projected", "image", "hostPath"];
/** Sources that can be read only as a whole. */
const readOnly = ["persistentVolumeClaim", "csi", "nfs"];

export const noPlainVolumes = resourceRule({
  id: "no-plain-volumes",
  title: "Confidential pods write to no volume that the guest does not encrypt",
  pillar: "guest",
  severity: "high",
  threat:
    "Prompts, caches and logs that the model writes lie on the provider's storage to be read, and to be changed under its feet.",
  remediation: `Write to emptyDir, which the guest encrypts; mount other volumes readOnly and keep sealed data on them; attach block devices as ${trustedStoragePath}.`,
  source: file(repositories.cocoDocs, "content/en/docs/features/protected-storage/confidential-emptydir.md"),
  platforms,
  claims: ["keys-never-in-clear"],

  admission: {
    scope: "confidentialPods",
    variables: {
      harmless: `variables.spec.?volumes.orValue([]).filter(v, ${harmless.map((key) => `has(v.${key})`).join(" || ")} || ${readOnly.map((key) => `v.?${key}.?readOnly.orValue(false)`).join(" || ")}).map(v, v.name)`,
    },
    validations: [
      {
        expression: everyContainer(
          "c.?volumeMounts.orValue([]).all(m, m.?readOnly.orValue(false) || m.name in variables.harmless)",
        ),
        message: "a container can write to a volume that the guest does not encrypt",
      },
      {
        expression: everyContainer(
          `c.?volumeDevices.orValue([]).all(d, d.devicePath == ${literal(trustedStoragePath)})`,
        ),
        message: "a container has a block device that the guest does not encrypt",
      },
    ],
  },
  boundary: {
    by: "agentPolicy",
    how: "the built-in agent policy refuses mounts that a release does not name; what is read from a read-only volume the program has to check",
  },
  looksAt: confidentialContainers,
  *check({ pod, place }) {
    for (const mount of place.at("volumeMounts").items()) {
      const name = mount.at("name").text;
      const volume = pod.spec
        .at("volumes")
        .items()
        .find((each) => each.at("name").text === name);
      // A StatefulSet's claims are no volumes of its pod; a patch may leave a volume out.
      const stored = volume ? isStored(volume) : !pod.object.partial;
      if (stored && mount.at("readOnly").value !== true)
        yield mount.finding("can be written, and the guest does not encrypt it");
    }
    for (const device of place.at("volumeDevices").items()) {
      const path = device.at("devicePath");
      if (path.present && path.text !== trustedStoragePath)
        yield path.finding(`is not ${trustedStoragePath}, the device that the guest encrypts`);
    }
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "a cache on the provider's storage",
      path: `${podPointer}/volumes/0`,
      value: { name: "scratch", persistentVolumeClaim: { claimName: "cache" } },
      expect: `${containerPath}.volumeMounts[0]`,
    },
    {
      mistake: "logs to a network share",
      path: `${podPointer}/volumes/0`,
      value: { name: "scratch", nfs: { server: "192.0.2.10", path: "/logs" } },
      expect: `${containerPath}.volumeMounts[0]`,
    },
    {
      mistake: "a raw device for the program",
      path: `${containerPointer}/volumeDevices`,
      value: [{ name: "scratch", devicePath: "/dev/xvda" }],
      expect: `${containerPath}.volumeDevices[0].devicePath`,
    },
  ],
});

function isStored(volume: Place): boolean {
  const sources = volume.keys().filter((key) => key !== "name" && volume.at(key).present);
  return (
    // Kubernetes makes an emptyDir of a volume that names no source.
    sources.length > 0 &&
    !sources.some((key) => harmless.includes(key)) &&
    !readOnly.some((key) => volume.at(key, "readOnly").value === true)
  );
}
