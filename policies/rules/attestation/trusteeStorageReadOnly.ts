import { literal } from "../../admission/cel";
import { makesTrusteePods, podSpec, trusteePodResources } from "../../admission/trusteePods";
import { keyBrokerDeployment } from "../../examples/trustee";
import { missing } from "../../kubernetes";
import { platforms, resourceRule } from "../../rule";
import { issue, repositories } from "../../sources";
import { storageMounts, storagePath } from "../../trusteePods";

export const trusteeStorageReadOnly = resourceRule({
  id: "trustee-storage-read-only",
  title: "Trustee's services can write neither policies nor reference values",
  pillar: "attestation",
  severity: "high",
  threat:
    "Attestation service and reference value provider take changes over gRPC from anybody who reaches them: one request, and a guest of somebody's own is known.",
  remediation: "Mount policies, reference values and resources with readOnly: true, and change them by another update.",
  source: issue(repositories.trustee, 761),
  platforms,
  claims: ["key-broker-closed"],
  boundary: { by: "ownControlPlane", how: "the model owner runs its own key broker" },
  admission: {
    scope: trusteePodResources,
    cluster: "owner",
    when: makesTrusteePods,
    validations: [
      {
        expression: `${podSpec}.containers.all(c, c.?volumeMounts.orValue([]).all(m, m.?readOnly.orValue(false) || !m.mountPath.matches(${literal(storagePath.source)}) || ${podSpec}.?volumes.orValue([]).exists(v, v.name == m.name && (has(v.configMap) || has(v.secret) || has(v.emptyDir) || v.?persistentVolumeClaim.?readOnly.orValue(false)))))`,
        message: "a volume with Trustee's storage is mounted writable",
      },
    ],
  },
  looksAt: storageMounts,
  *check({ object, mount, volume }) {
    // Kubernetes mounts ConfigMaps and Secrets read-only by itself; what goes with its pod is refused elsewhere.
    if (["configMap", "secret", "emptyDir"].some((kind) => volume?.at(kind).present)) return;
    const readOnly = mount.at("readOnly");
    if (!readOnly.present && !missing(object, readOnly)) return;
    if (readOnly.value !== true && volume?.at("persistentVolumeClaim", "readOnly").value !== true)
      yield readOnly.finding("lets the service write what it decides by");
  },
  compliant: [keyBrokerDeployment],
  breakages: [
    {
      mistake: "keys that the key broker can replace",
      path: "/spec/template/spec/containers/0/volumeMounts/1/readOnly",
      value: false,
      expect: "spec.template.spec.containers[0].volumeMounts[1].readOnly",
    },
    {
      mistake: "storage of Trustee's default, writable as well",
      path: "/spec/template/spec/containers/0/volumeMounts/-",
      value: { name: "resources", mountPath: "/opt/confidential-containers/storage/local_fs" },
      expect: "spec.template.spec.containers[0].volumeMounts[2].readOnly",
    },
  ],
});
