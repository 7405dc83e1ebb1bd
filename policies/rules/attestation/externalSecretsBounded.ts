import { etcdEncryptedAnnotation } from "../../../components/attestation/externalSecrets";
import { modelKeys, modelKeyStore } from "../../examples/externalSecrets";
import type { KubernetesObject } from "../../kubernetes";
import { missing, objects } from "../../kubernetes";
import type { Finding, Place } from "../../place";
import { platforms, resourceRule } from "../../rule";
import { page } from "../../sources";

const group = "external-secrets.io";
const of = (kind: string) => ["v1", "v1beta1", "v1alpha1"].map((version) => `${group}/${version}/${kind}`);

/** Where an ExternalSecret says which store it takes from, as CEL; a SecretStore is of the object's own namespace. */
const kindOf = (reference: string) => `${reference}.?kind.orValue("SecretStore") == "SecretStore"`;
const dataOf = (list: string) => `dyn(object).?spec.?${list}.orValue([]).all(d, ${kindOf("d.?sourceRef.?storeRef")})`;

export const externalSecretsBounded = resourceRule({
  id: "external-secrets-bounded",
  title:
    "Secrets from a store outside are named one by one, come from a store of their own namespace and lie encrypted",
  pillar: "attestation",
  severity: "high",
  threat:
    "Whoever may write an ExternalSecret in any namespace takes models' keys through a store that serves all of them, or reads them in etcd's backup.",
  remediation:
    "Refer to a SecretStore of the namespace, list each key in spec.data, encrypt etcd and annotate " +
    `${etcdEncryptedAnnotation}: true as text, or keep keys in a store that the key broker asks itself.`,
  source: page("External Secrets Operator, Threat model", "https://external-secrets.io/latest/guides/threat-model/"),
  platforms,
  claims: ["keys-never-in-clear"],
  boundary: { by: "ownControlPlane", how: "the model owner says who may read and write in its own cluster" },
  admission: {
    cluster: "owner",
    scope: [
      { group, version: "v1", resource: "externalsecrets" },
      { group, version: "v1", resource: "secretstores" },
    ],
    validations: [
      {
        expression: `object.kind != "ExternalSecret" || dyn(object).metadata.?annotations[?"${etcdEncryptedAnnotation}"].orValue("") == "true"`,
        message: `the annotation ${etcdEncryptedAnnotation} is not true`,
      },
      {
        expression: `object.kind != "ExternalSecret" || (${kindOf("dyn(object).?spec.?secretStoreRef")} && ${dataOf("data")})`,
        message: "a store for the whole cluster is asked",
      },
      {
        expression: `object.kind != "ExternalSecret" || dyn(object).?spec.?dataFrom.orValue([]).size() == 0`,
        message: "spec.dataFrom takes whatever the store has",
      },
      {
        expression: `object.kind != "SecretStore" || dyn(object).?spec.?provider.?fortanix.?apiUrl.orValue("https://").startsWith("https://")`,
        message: "spec.provider.fortanix.apiUrl is not encrypted on its way",
      },
    ],
  },
  looksAt: objects(
    ...["ExternalSecret", "ClusterExternalSecret", "SecretStore", "ClusterSecretStore"].flatMap((kind) => of(kind)),
  ),
  *check(object) {
    if (object.kind.endsWith("/ExternalSecret"))
      yield* ofSecret(object, object.body.at("metadata"), object.body.at("spec"));
    else if (object.kind.endsWith("/ClusterExternalSecret"))
      // The same, for each namespace that it selects.
      yield* ofSecret(
        object,
        object.body.at("spec", "externalSecretMetadata"),
        object.body.at("spec", "externalSecretSpec"),
      );
    else yield* ofStore(object.body.at("spec", "provider", "fortanix", "apiUrl"));
  },
  compliant: [modelKeys, modelKeyStore],
  breakages: [
    {
      mistake: "etcd that nobody has looked at",
      path: "/metadata/annotations",
      remove: true,
      expect: `metadata.annotations["${etcdEncryptedAnnotation}"]`,
    },
    {
      mistake: "a store for the whole cluster",
      path: "/spec/secretStoreRef/kind",
      value: "ClusterSecretStore",
      expect: "spec.secretStoreRef.kind",
    },
    {
      mistake: "a store for the whole cluster, for one key",
      path: "/spec/data/0/sourceRef",
      value: { storeRef: { kind: "ClusterSecretStore", name: "all" } },
      expect: "spec.data[0].sourceRef.storeRef.kind",
    },
    {
      mistake: "whatever the store has",
      path: "/spec/dataFrom",
      value: [{ extract: { key: "all-keys" } }],
      expect: "spec.dataFrom[0]",
    },
    {
      mistake: "keys on plain HTTP",
      resource: 1,
      path: "/spec/provider/fortanix/apiUrl",
      value: "http://dsm.acme.example",
      expect: "spec.provider.fortanix.apiUrl",
    },
  ],
});

function* ofSecret(object: KubernetesObject, metadata: Place, spec: Place): Iterable<Finding> {
  const encrypted = metadata.at("annotations", etcdEncryptedAnnotation);
  if (missing(object, encrypted) || (encrypted.present && encrypted.text !== "true"))
    yield encrypted.finding("does not say that etcd is encrypted, in which the keys lie");
  for (const reference of [
    spec.at("secretStoreRef"),
    ...[...spec.at("data").items()].map((item) => item.at("sourceRef", "storeRef")),
  ]) {
    const kind = reference.at("kind");
    if (kind.present && kind.text !== "SecretStore") yield kind.finding("is a store for the whole cluster");
  }
  for (const item of spec.at("dataFrom").items()) yield item.finding("takes whatever the store has");
}

function* ofStore(apiUrl: Place): Iterable<Finding> {
  if (apiUrl.present && !apiUrl.text?.startsWith("https://")) yield apiUrl.finding("is not encrypted on its way");
}
