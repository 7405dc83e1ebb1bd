import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { VcekCache } from "./evidenceSources";
import { vcekItems } from "./evidenceSources";
import type { KeyStore } from "./keyStore";
import type { Pkcs11KeyStore } from "./keyStorePkcs11";
import type { Sessions } from "./sessions";
import { directoryOf, keyStoreFiles, vcekRoot } from "./trusteeLayout";
import type { Mount } from "./trusteePods";

type EnvVar = types.input.core.v1.EnvVar;

/** What the KBS mounts to reach a key store outside. */
export function keyStoreMounts(keyStore: KeyStore, caName: pulumi.Input<string> | undefined): Mount[] {
  if (keyStore.kind === "vault" && caName !== undefined)
    return [
      {
        name: "key-store-ca",
        path: directoryOf(keyStoreFiles.caCertificate),
        source: { kind: "configMap", name: caName },
      },
    ];
  if (keyStore.kind === "gcp")
    return [
      {
        name: "key-store",
        path: directoryOf(keyStoreFiles.credentials),
        source: {
          kind: "secret",
          name: keyStore.credentialsSecret,
          items: { "credentials.json": "credentials.json" },
        },
      },
    ];
  return [];
}

/** What the KBS's clients read from the environment; values stand in Secrets that the owner made, and nowhere else. */
export function keyBrokerEnvironment(keyStore: KeyStore, sessions: Sessions): EnvVar[] {
  return [
    ...(sessions.kind === "postgres"
      ? [fromSecret("POSTGRES_URL", sessions.urlSecret.name, sessions.urlSecret.key)]
      : []),
    ...(keyStore.kind === "aws"
      ? ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map((key) => fromSecret(key, keyStore.credentialsSecret, key))
      : []),
    ...(keyStore.kind === "pkcs11" ? moduleEnvironment(keyStore) : []),
    ...(keyStore.kind === "gcp" ? [{ name: "GOOGLE_APPLICATION_CREDENTIALS", value: keyStoreFiles.credentials }] : []),
  ];
}

/** What a vendor's module reads, sorted, so that the order of a configuration rolls no pod. */
function moduleEnvironment({ environment, secretEnvironment }: Pkcs11KeyStore): EnvVar[] {
  return [
    ...Object.entries(environment).map(([name, value]) => ({ name, value })),
    ...Object.entries(secretEnvironment).map(([name, { name: secret, key }]) => fromSecret(name, secret, key)),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** AMD's chip certificates for the AS. A key that the ConfigMap lacks keeps the pod from starting. */
export function vcekMounts(cache: VcekCache | undefined): Mount[] {
  if (!cache) return [];
  const source: Mount["source"] =
    cache.kind === "configMap"
      ? { kind: "configMap", name: cache.name, items: vcekItems(cache.chips) }
      : { kind: "persistentVolumeClaim", name: cache.name };
  return [{ name: "vcek", path: vcekRoot, source }];
}

function fromSecret(name: string, secret: string, key: string): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}
