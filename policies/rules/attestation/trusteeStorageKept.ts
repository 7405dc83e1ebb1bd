import { literal } from "../../admission/cel";
import { makesTrusteePods, podSpec, trusteePodResources } from "../../admission/trusteePods";
import {
  attestationServiceConfiguration,
  attestationServicePath,
  attestationServicePointer,
  keyBrokerConfiguration,
  keyBrokerDeployment,
  keyBrokerPath,
  keyBrokerPointer,
  trusteeRelease,
} from "../../examples/trustee";
import type { Finding, Place } from "../../place";
import type { Selector } from "../../rule";
import { platforms, resourceRule } from "../../rule";
import { file, repositories } from "../../sources";
import { trusteeReleases } from "../../trusteeCharts";
import { trusteeFiles } from "../../trusteeFiles";
import { storageMounts, storagePath } from "../../trusteePods";

const inText = "the setting is in a text";

/** The settings, the volumes below them, and the chart that makes both. */
const stores: Selector<() => Iterable<Finding>> = {
  kinds: [...trusteeFiles.kinds, "volumes of pods with an image of Trustee", ...trusteeReleases.kinds],
  *select(resource) {
    for (const { service, document } of trusteeFiles.select(resource)) {
      if (!document) continue;
      yield () => forgetful(document.at(service === "rvps" ? "storage" : "storage_backend", "storage_type"), true);
      if (service !== "kbs") continue;
      const builtIn = document.at("attestation_service");
      for (const holder of [builtIn, builtIn.at("rvps_config")])
        yield () => forgetful(holder.at("storage_type"), false);
    }
    for (const { volume } of storageMounts.select(resource)) yield () => ofVolume(volume);
    for (const { values } of trusteeReleases.select(resource)) yield () => ofChart(values.at("storageBackend"));
  },
};

export const trusteeStorageKept = resourceRule({
  id: "trustee-storage-kept",
  title: "Trustee's policies and reference values outlive a restart",
  pillar: "attestation",
  severity: "critical",
  threat:
    "A pod is moved, its storage is empty, and Trustee installs the policy that it brings along: every genuine TEE is given every key.",
  remediation:
    'Write storage_type = "LocalFs" and mount policies and values from ConfigMaps, or claims; never Memory, never emptyDir.',
  source: file(repositories.trustee, "kbs/docs/config.md", "v0.21.0"),
  platforms,
  claims: ["key-broker-closed"],
  boundary: { by: "ownControlPlane", how: "the model owner configures its own key broker" },
  admission: {
    scope: trusteePodResources,
    cluster: "owner",
    when: makesTrusteePods,
    validations: [
      {
        expression: `${podSpec}.?volumes.orValue([]).all(v, !has(v.emptyDir) || !${podSpec}.containers.exists(c, c.?volumeMounts.orValue([]).exists(m, m.name == v.name && m.mountPath.matches(${literal(storagePath.source)}))))`,
        message: "an emptyDir holds Trustee's storage, and a restart forgets it",
      },
    ],
    blindTo: {
      "policies that a restart forgets": inText,
      "policies that the attestation service forgets": inText,
      "reference values that a restart forgets": inText,
      "the volumes of Trustee's chart": "a chart's values are no object of the cluster",
    },
  },
  looksAt: stores,
  check: (findings) => findings(),
  compliant: [keyBrokerConfiguration, attestationServiceConfiguration, keyBrokerDeployment, trusteeRelease],
  breakages: [
    {
      mistake: "policies that a restart forgets",
      path: keyBrokerPointer,
      replace: ['storage_type = "LocalFs"', 'storage_type = "Memory"'],
      expect: `${keyBrokerPath}#storage_backend.storage_type`,
    },
    {
      mistake: "policies that the attestation service forgets",
      resource: 1,
      path: attestationServicePointer,
      replace: ['"storage_backend":{"storage_type":"LocalFs"}', '"storage_backend":{}'],
      expect: `${attestationServicePath}#storage_backend.storage_type`,
    },
    {
      mistake: "reference values that a restart forgets",
      path: keyBrokerPointer,
      replace: [
        'type = "coco_as_builtin"',
        'type = "coco_as_builtin"\nrvps_config = { type = "BuiltIn", storage_type = "memory" }',
      ],
      expect: `${keyBrokerPath}#attestation_service.rvps_config.storage_type`,
    },
    {
      mistake: "storage that goes with its pod",
      resource: 2,
      path: "/spec/template/spec/volumes/1",
      value: { name: "resources", emptyDir: {} },
      expect: "spec.template.spec.volumes[1].emptyDir",
    },
    {
      mistake: "the volumes of Trustee's chart",
      resource: 3,
      path: "/values/storageBackend/localFs/persistence/rvps",
      value: "",
      expect: "values.storageBackend.localFs.persistence.rvps",
    },
  ],
});

function* forgetful(type: Place, missingIsMemory: boolean): Iterable<Finding> {
  if (
    missingIsMemory
      ? (type.value ?? "Memory") === "Memory" || type.value === "memory"
      : /^memory$/i.test(type.text ?? "")
  )
    yield type.finding("forgets at each start; left out it is Memory");
}

function* ofVolume(volume: Place | undefined): Iterable<Finding> {
  const emptyDir = volume?.at("emptyDir");
  if (emptyDir?.present) yield emptyDir.finding("is empty again with every new pod");
}

/** LocalFs and LocalJson are on a claim where one is named, on an emptyDir otherwise. */
function* ofChart(backend: Place): Iterable<Finding> {
  const type = backend.at("type");
  yield* forgetful(type, false);
  const key = { LocalFs: "localFs", LocalJson: "localJson" }[type.text ?? "LocalFs"];
  if (!key) return;
  for (const service of ["kbs", "as", "rvps"]) {
    const claim = backend.at(key, "persistence", service);
    if (!claim.text) yield claim.finding("names no claim, so the chart takes an emptyDir");
  }
}
