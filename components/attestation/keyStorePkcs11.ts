import type { ResourcePlugin } from "../images/kbsResource";
import { resourcePluginOf, resourceUriOf } from "../images/kbsResource";
import type { TomlTable } from "../toml";
import type { Release } from "../workload/release";
import type { ServicePlace } from "./servicePlace";

/** A key of a Secret that exists. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/**
 * An HSM, or a key service that looks like one, behind its vendor's PKCS#11 module: Fortanix DSM, a network HSM. Each
 * resource is an object of it with the label `repository/type/tag`, a generic secret whose value may be exported: the key
 * broker reads it and encrypts it to the guest.
 */
export interface Pkcs11KeyStore {
  readonly kind: "pkcs11";
  /** Build of the KBS with the feature `pkcs11` and with the vendor's module inside, by digest. */
  readonly image: string;
  /** Absolute path of the module in that image; its vendor's documents say which. */
  readonly module: string;
  /** Position among the slots that have a token. */
  readonly slotIndex: number;
  /**
   * Who could export keys without asking Trustee: with `owner` nobody but the model owner, with `vendor` whoever runs
   * the service, which takes keyAuthority cloud.
   */
  readonly operatedBy: "owner" | "vendor";
  readonly reachedAt: ServicePlace;
  /** TCP port of the service. */
  readonly port: number;
  /** What the module reads from the environment, such as FORTANIX_API_ENDPOINT. Nothing secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same from Secrets that exist, such as FORTANIX_API_KEY. */
  readonly secretEnvironment: Readonly<Record<string, SecretKey>>;
}

/**
 * The plugin in kbs-config.toml (kbs/src/plugins/implementations/pkcs11.rs of Trustee v0.21.0). The mechanism is said,
 * since the other one pads with SHA-1. `lookup_label`, the key pair of wrap-key, is left out: that pair would open what
 * was wrapped for any release, and the resource policy lets nobody ask for it.
 */
export function pkcs11Plugin({ module, slotIndex }: Pkcs11KeyStore, pin: string): TomlTable {
  return { name: "pkcs11", module, slot_index: slotIndex, pin, rsa_mechanism: "RsaPkcsOaep" };
}

/** Whom of the key broker guests have to ask. */
export function resourcePluginFor({ kind }: { readonly kind: string }): ResourcePlugin {
  return kind === "pkcs11" ? "pkcs11" : "resource";
}

type Asking = Pick<Release, "name" | "artifact" | "servingKey">;

/**
 * Which releases could not fetch their keys, as sentences. CDH of Kata 4.0.0 and 4.1.0 (guest-components 304c21f2) takes
 * `kbs+<plugin>://` for encrypted layers, volumes and sealed secrets; what a container asks at 127.0.0.1:8006 always
 * becomes `kbs://` (api-server-rest/src/client/cdh.rs).
 */
export function unreachableKeys(keyStore: { readonly kind: string }, releases: readonly Asking[]): string[] {
  const plugin = resourcePluginFor(keyStore);
  return releases.flatMap(({ name, artifact, servingKey }) => [
    ...(artifact && resourcePluginOf(artifact.key) !== plugin
      ? [
          `keyStore.kind: ${keyStore.kind} does not answer ${artifact.key}, which opens the model of ${name}; seal it for ` +
            resourceUriOf(plugin, "<repository>/<type>/<tag>"),
        ]
      : []),
    ...(plugin === "pkcs11" && artifact?.kind === "encryptedObject"
      ? [
          `keyStore.kind: with pkcs11 no container gets the key of an encrypted object (${name}), since the guest's REST API ` +
            "asks for kbs:/// alone; use an encrypted layer or a volume, or keep keys in kvstorage",
        ]
      : []),
    ...(plugin === "pkcs11" && servingKey
      ? [
          `keyStore.kind: with pkcs11 no container gets the serving key of ${name}, since the guest's REST API asks for ` +
            "kbs:/// alone; leave servingKey out, or keep keys in kvstorage",
        ]
      : []),
  ]);
}
