import { operatorMigrated } from "../../../components/openshift/trusteeLayout";
import { someKnown } from "../../evaluate";
import { operatorKeyBroker, operatorMaps, trusteeConfig } from "../../examples/trusteeOperator";
import type { KubernetesObject } from "../../kubernetes";
import { objects } from "../../kubernetes";
import type { Finding } from "../../place";
import type { Resource } from "../../rule";
import { platforms, stackRule } from "../../rule";
import { file } from "../../sources";
import type { MountedMap } from "../../trusteeOperator";
import { kbsConfigs, mapsOfKbsConfig, mapsOfTrusteeConfig, trusteeConfigs } from "../../trusteeOperator";

const configMaps = objects("v1/ConfigMap");
const [annotation = ""] = Object.keys(operatorMigrated);

export const operatorMapsOurs = stackRule({
  id: "operator-maps-ours",
  title: "What the Trustee operator mounts is in this stack, and marked so that the operator leaves it alone",
  pillar: "attestation",
  severity: "critical",
  threat:
    "The operator deletes a policy that it takes for one of an older version, and writes one where it finds none: from then on any guest that affirms is given the keys of all.",
  remediation: `Put each ConfigMap that a KbsConfig names, or that a TrusteeConfig generates (<name>-resource-policy and the others), into the stack, with its one key and the annotation ${annotation}.`,
  source: file("openshift/trustee-operator", "internal/controller/migration.go", "v1.2.0"),
  platforms,
  claims: ["key-broker-closed", "keys-for-release-only"],
  boundary: { by: "ownControlPlane", how: "the model owner runs the operator in its own cluster" },
  kinds: [...kbsConfigs.kinds, ...trusteeConfigs.kinds],
  *select(resource) {
    for (const config of kbsConfigs.select(resource)) yield { config, mounted: () => mapsOfKbsConfig(config) };
    for (const config of trusteeConfigs.select(resource))
      if (!config.partial) yield { config, mounted: () => mapsOfTrusteeConfig(config) };
  },
  *check({ config, mounted }, all) {
    for (const map of mounted()) yield* judge(map, config, all);
  },
  compliant: [operatorKeyBroker, trusteeConfig, ...operatorMaps],
  breakages: [
    {
      mistake: "a policy that nobody here has looked at",
      path: "/spec/kbsResourcePolicyConfigMapName",
      value: "somebody-elses",
      expect: "spec.kbsResourcePolicyConfigMapName",
    },
    {
      mistake: "a name for which the operator writes policies of its own",
      resource: 1,
      path: "/metadata/name",
      value: "kbs",
      expect: "metadata.name",
    },
    {
      mistake: "another namespace than its texts'",
      resource: 1,
      path: "/metadata/namespace",
      value: "elsewhere",
      expect: "metadata.name",
    },
  ],
});

function* judge(
  { named, name, file: key }: MountedMap,
  config: KubernetesObject,
  all: readonly Resource[],
): Iterable<Finding> {
  const namespace = config.body.at("metadata", "namespace").text;
  const isIt = ({ body }: KubernetesObject) =>
    body.at("metadata", "name").text === name && body.at("metadata", "namespace").text === namespace;
  const maps = all.flatMap((resource) => [...configMaps.select(resource)]);
  if (!someKnown(maps, isIt)) {
    yield named.finding(`stands for ConfigMap ${name}, which is not in this stack`);
    return;
  }
  if (!someKnown(maps, (map) => isIt(map) && map.body.at("data", key).present))
    yield named.finding(`stands for ConfigMap ${name}, which has no ${key}`);
  if (!someKnown(maps, (map) => isIt(map) && map.body.at("metadata", "annotations", annotation).present))
    yield named.finding(
      `stands for ConfigMap ${name}, which the operator deletes for want of the annotation ${annotation}`,
    );
}
