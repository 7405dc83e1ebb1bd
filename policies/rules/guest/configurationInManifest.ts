import { everyContainer, everyVolume } from "../../admission/cel";
import {
  confidentialDeployment,
  containerPath,
  containerPointer,
  podPath,
  podPointer,
} from "../../examples/confidentialDeployment";
import { confidentialPods, containersOf } from "../../kubernetes";
import { bareMetal, resourceRule } from "../../rule";
import { nvidiaDocs } from "../../sources";

export const configurationInManifest = resourceRule({
  id: "configuration-in-manifest",
  title: "Confidential containers take no configuration from ConfigMaps",
  pillar: "guest",
  severity: "medium",
  threat:
    "After the review somebody edits the ConfigMap: LD_PRELOAD, PYTHONPATH or another model hub turn the server into a different program at its next start.",
  remediation:
    "Write variables into the manifest one by one, and files into the image; leave envFrom, configMapKeyRef and configMap volumes out.",
  source: nvidiaDocs("overview"),
  platforms: bareMetal,
  claims: ["guest-rules-bound"],

  baseline: "advisory",
  admission: {
    scope: "confidentialPods",
    validations: [
      {
        expression: everyContainer(
          "size(c.?envFrom.orValue([])) == 0 && c.?env.orValue([]).all(e, !e.?valueFrom.?configMapKeyRef.hasValue())",
        ),
        message: "a container takes variables from a ConfigMap, or whichever a Secret holds",
      },
      {
        expression: everyVolume("!has(v.configMap) && v.?projected.?sources.orValue([]).all(s, !has(s.configMap))"),
        message: "a volume holds files of a ConfigMap",
      },
    ],
  },
  boundary: {
    by: "agentPolicy",
    how: "the built-in agent policy refuses files of ConfigMaps and the variables that load code; others pass",
  },
  looksAt: confidentialPods,
  *check(pod) {
    for (const { place } of containersOf(pod)) {
      for (const source of place.at("envFrom").items())
        yield source.finding("chooses names and values outside the manifest");
      for (const variable of place.at("env").items()) {
        const reference = variable.at("valueFrom", "configMapKeyRef");
        if (reference.present) yield reference.finding("is not in the manifest that was reviewed");
      }
    }
    for (const volume of pod.spec.at("volumes").items())
      for (const source of [volume, ...volume.at("projected", "sources").items()])
        if (source.at("configMap").present) yield source.at("configMap").finding("are files for others to change");
  },
  compliant: [confidentialDeployment],
  breakages: [
    {
      mistake: "a whole ConfigMap as environment",
      path: `${containerPointer}/envFrom`,
      value: [{ configMapRef: { name: "settings" } }],
      expect: `${containerPath}.envFrom[0]`,
    },
    {
      mistake: "a variable from a ConfigMap",
      path: `${containerPointer}/env/0`,
      value: { name: "MODEL_NAME", valueFrom: { configMapKeyRef: { name: "settings", key: "model" } } },
      expect: `${containerPath}.env[0].valueFrom.configMapKeyRef`,
    },
    {
      mistake: "start scripts from a ConfigMap",
      path: `${podPointer}/volumes/-`,
      value: { name: "scripts", configMap: { name: "scripts" } },
      expect: `${podPath}.volumes[1].configMap`,
    },
  ],
});
