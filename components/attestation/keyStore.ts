import type { TomlTable } from "../toml";
import type { Pkcs11KeyStore } from "./keyStorePkcs11";
import { pkcs11Plugin } from "./keyStorePkcs11";
import type { ServicePlace } from "./servicePlace";
import { keyStoreFiles } from "./trusteeLayout";

/**
 * Who could hand out keys besides Trustee. `owner`: the model owner alone. `cloud`: a cloud's operator as well, which is
 * a lower grade, since the operator of a cloud is the kind of party that keys are kept from.
 */
export const keyAuthorities = ["owner", "cloud"] as const;
export type KeyAuthority = (typeof keyAuthorities)[number];

/** HashiCorp Vault or OpenBao with a KV engine of version 1 (Trustee knows no other), run by the model owner. */
export interface VaultKeyStore {
  readonly kind: "vault";
  /** https only. */
  readonly url: string;
  /** Mount path of the engine; `<mountPath>/<repository>/<type>/<tag>` has the key under `data`. */
  readonly mountPath: string;
  /** PEM. Trustee's image has no CA of its own. */
  readonly caCertificate: string;
  readonly reachedAt: ServicePlace;
}

interface CloudKeyStore {
  /** Build of the KBS with this store, by digest: Trustee's own images have Vault and mounted files only. */
  readonly image: string;
  readonly reachedAt: ServicePlace;
}

/** AWS Secrets Manager. */
export interface AwsKeyStore extends CloudKeyStore {
  readonly kind: "aws";
  readonly region: string;
  /** Existing Kubernetes Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, allowed to read and nothing else. */
  readonly credentialsSecret: string;
}

/** Google Secret Manager; always the latest version of a secret. */
export interface GcpKeyStore extends CloudKeyStore {
  readonly kind: "gcp";
  readonly projectId: string;
  /** Existing Kubernetes Secret with credentials.json. */
  readonly credentialsSecret: string;
}

/** Secrets of an Alibaba Cloud KMS instance. */
export interface AliyunKeyStore extends CloudKeyStore {
  readonly kind: "aliyun";
  readonly instanceId: string;
  /** PEM of the instance's CA. */
  readonly caCertificate: string;
}

/** Where resources are kept. `kvstorage`: files mounted from a Secret. */
export type KeyStore =
  { readonly kind: "kvstorage" } | VaultKeyStore | AwsKeyStore | GcpKeyStore | AliyunKeyStore | Pkcs11KeyStore;

/** What opens a key store: operational credentials, Pulumi secrets. */
export interface KeyStoreCredentials {
  /** Vault's token. */
  readonly token?: string | undefined;
  /** JSON of an application access point's client key, and its password (Alibaba Cloud). */
  readonly clientKey?: string | undefined;
  readonly password?: string | undefined;
  /** Of the user who reads an HSM's slot. */
  readonly pin?: string | undefined;
}

const credentialsOf: Readonly<Partial<Record<KeyStore["kind"], (keyof KeyStoreCredentials)[]>>> = {
  vault: ["token"],
  aliyun: ["clientKey", "password"],
  pkcs11: ["pin"],
};

/** Which credentials a key store takes from the configuration file, so that the file has to be in a Secret. */
export function wantedCredentials({ kind }: KeyStore): (keyof KeyStoreCredentials)[] {
  return credentialsOf[kind] ?? [];
}

/** Stands for a credential wherever only the rest of the file matters. */
export const hidden = "(in a Secret)";

/**
 * The plugin of kbs-config.toml that has the resources. Sources: kbs/src/plugins/implementations/resource of Trustee v0.21.0; without
 * `verify_ssl` any server could answer for Vault.
 */
export function resourcePlugin(keyStore: KeyStore, credentials: KeyStoreCredentials | undefined): TomlTable {
  const credential = (name: keyof KeyStoreCredentials): string => {
    const value = credentials ? credentials[name] : hidden;
    if (!value)
      throw new Error(`secrets.keyStore.${name} is missing, which keyStore.kind ${keyStore.kind} needs; add it`);
    return value;
  };
  const plugin = { name: "resource" };
  switch (keyStore.kind) {
    case "kvstorage":
      return { ...plugin, storage_backend_type: "kvstorage" };
    case "vault":
      return {
        ...plugin,
        storage_backend_type: "Vault",
        vault_url: keyStore.url,
        mount_path: keyStore.mountPath,
        verify_ssl: true,
        ca_certs: [keyStoreFiles.caCertificate],
        token: credential("token"),
      };
    case "aws":
      return { ...plugin, storage_backend_type: "Aws", region: keyStore.region };
    case "gcp":
      return { ...plugin, storage_backend_type: "Gcp", project_id: keyStore.projectId };
    case "aliyun":
      return {
        ...plugin,
        storage_backend_type: "Aliyun",
        kms_instance_id: keyStore.instanceId,
        cert_pem: keyStore.caCertificate,
        client_key: credential("clientKey"),
        password: credential("password"),
      };
    case "pkcs11":
      return pkcs11Plugin(keyStore, credential("pin"));
  }
}
