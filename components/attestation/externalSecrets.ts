import type { KeyAuthority } from "./keyStore";
import type { SecretKey } from "./keyStorePkcs11";
import { resourceSecretKey } from "./trusteeLayout";

/** Fortanix DSM, as External Secrets Operator reads it. */
export interface FortanixSource {
  readonly kind: "fortanix";
  /** https only. The operator takes certificates of public CAs alone (external-secrets issue 6400). */
  readonly apiUrl: string;
  /** API key of a DSM app that may read the objects below and nothing else: a key of a Secret in the key broker's namespace. */
  readonly apiKey: SecretKey;
  /** Who could export keys without asking Trustee; `vendor` takes keyAuthority cloud. */
  readonly operatedBy: "owner" | "vendor";
}

/** Keys of models that External Secrets Operator copies into the Secret which the key broker mounts. */
export interface ExternalSecrets {
  readonly source: FortanixSource;
  /** Name of the object in the source, of type OPAQUE or SECRET, by path of the resource. */
  readonly objects: Readonly<Record<string, string>>;
  /** How often the source is asked, e.g. 1h0m0s. */
  readonly refreshInterval: string;
  /** The owner's word that etcd of this cluster is encrypted: the keys lie in it. */
  readonly etcdEncrypted: true;
}

/** Says on the object what its author has seen to; a rule asks for it. */
export const etcdEncryptedAnnotation = "trustfoundry.dev/etcd-encrypted";

/** API of External Secrets Operator 0.17 and later (apis/externalsecrets/v1, read at 2.9.0). */
export const externalSecretsApi = "external-secrets.io/v1";

/** A SecretStore's spec: of its namespace alone, where a ClusterSecretStore would be everybody's. */
export function secretStoreSpec({ apiUrl, apiKey }: FortanixSource): Record<string, unknown> {
  return { provider: { fortanix: { apiUrl, apiKey: { secretRef: { name: apiKey.name, key: apiKey.key } } } } };
}

/** An ExternalSecret's spec: each key by its name, so that no other object of the source gets in. */
export function externalSecretSpec(
  { objects, refreshInterval }: ExternalSecrets,
  store: string,
  secret: string,
): Record<string, unknown> {
  return {
    refreshInterval,
    refreshPolicy: "Periodic",
    secretStoreRef: { kind: "SecretStore", name: store },
    // Retain: an object that is gone from the source leaves running key brokers as they are.
    target: { name: secret, creationPolicy: "Owner", deletionPolicy: "Retain" },
    data: Object.entries(objects)
      .map(([path, key]) => ({ secretKey: resourceSecretKey(path), remoteRef: { key, decodingStrategy: "None" } }))
      .sort((a, b) => (a.secretKey < b.secretKey ? -1 : 1)),
  };
}

export interface ExternalSecretsContext {
  readonly keyStoreKind: string;
  readonly authority: KeyAuthority;
  readonly resourcesSecret: string | undefined;
  /** Paths that releases and nodes name. */
  readonly resources: readonly string[];
}

/** Why keys may not come from there, as sentences. Empty when they may. */
export function externalSecretsProblems(
  { source, objects }: ExternalSecrets,
  { keyStoreKind, authority, resourcesSecret, resources }: ExternalSecretsContext,
): string[] {
  const wanted = [...new Set(resources)].sort();
  return [
    ...(keyStoreKind === "kvstorage"
      ? []
      : [`externalSecrets: stand beside keyStore.kind ${keyStoreKind}, which has the keys; remove one of the two`]),
    ...(resourcesSecret === undefined
      ? ["resourcesSecret: missing; name the Secret that External Secrets Operator shall make"]
      : []),
    ...(resourcesSecret !== undefined && resourcesSecret === source.apiKey.name
      ? [`resourcesSecret: is also the Secret with the API key, ${resourcesSecret}; give each its own name`]
      : []),
    ...(source.operatedBy === "vendor" && authority === "owner"
      ? [
          "externalSecrets.source.operatedBy: vendor could hand out keys as well, and keyAuthority is owner; use a service that " +
            "you run, or name keyAuthority: cloud to accept it",
        ]
      : []),
    ...wanted
      .filter((path) => !(path in objects))
      .map((path) => `externalSecrets.objects: has no object for ${path}, which a model or node names; add it`),
    ...Object.keys(objects)
      .filter((path) => !wanted.includes(path))
      .map((path) => `externalSecrets.objects: names ${path}, which no model or node may be given; remove it`),
  ];
}

/** What the owner should hear at every preview. */
export function externalSecretsWarnings(secret: string | undefined): string[] {
  return [
    `externalSecrets: models' keys lie in the Secret ${secret ?? "of resourcesSecret"}, readable for whoever may read Secrets of ` +
      "that namespace, for External Secrets Operator and for whoever reads etcd or its backups without the key that encrypts it; " +
      "with keyStore.kind pkcs11 or vault they lie in no Secret",
  ];
}
