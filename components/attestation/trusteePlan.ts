import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { canonicalJson, sha256 } from "../names";
import type { VcekCache } from "./evidenceSources";
import type { KeyStore } from "./keyStore";
import type { Sessions } from "./sessions";
import type { CheckedDirectory } from "./storeCheck";
import type { TrusteeService } from "./trusteeLayout";
import {
  configurations,
  directoryOf,
  keyFiles,
  keyStoreFiles,
  resourceFile,
  resourceSecretKey,
  stores,
} from "./trusteeLayout";
import { keyBrokerEnvironment, keyStoreMounts, vcekMounts } from "./trusteeOutside";
import type { Mount } from "./trusteePods";
import type { KeyBrokerCredentials } from "./trusteeSecrets";
import type { Files, TrusteeStores } from "./trusteeStores";

/** What a service is given, by what it is: its configuration, what it decides by, and the keys that it needs. */
export interface TrusteeContents {
  /** Who is placed: the KBS alone where Intel judges evidence. */
  readonly services: readonly TrusteeService[];
  /** Texts without credentials. */
  readonly configuration: Readonly<Record<TrusteeService, string>>;
  /** The KBS's text with its credentials, where it has any: then it is kept in a Secret. */
  readonly withCredentials?: ((credentials: KeyBrokerCredentials) => string) | undefined;
  readonly stores: TrusteeStores;
  /** Paths of all resources, sorted. */
  readonly resources: readonly string[];
  readonly keyStore: KeyStore;
  /** Existing Secret with the resources. Without it the stack makes one from its own secrets. */
  readonly resourcesSecret?: string | undefined;
  readonly sessions: Sessions;
  readonly vcekCache?: VcekCache | undefined;
}

/** Names of the objects that carry the contents, for the services that are placed. */
export interface TrusteeObjects {
  readonly configuration: Readonly<Record<TrusteeService, pulumi.Input<string>>>;
  readonly stores: Readonly<Record<keyof TrusteeStores, pulumi.Input<string>>>;
  readonly secrets: Readonly<Record<"tls" | "signer", pulumi.Input<string>>> & {
    /** Where resources are mounted files. */
    readonly resources?: pulumi.Input<string> | undefined;
  };
  /** ConfigMap with the CA of a key store outside. */
  readonly keyStoreCa?: pulumi.Input<string> | undefined;
}

export interface ServicePlan {
  readonly mounts: readonly Mount[];
  readonly checked: readonly CheckedDirectory[];
  readonly environment: readonly types.input.core.v1.EnvVar[];
  readonly configurationDigest: string;
}

/** Who mounts what: each key is in one container only, and nobody sees another's policies. */
export function servicePlan(service: TrusteeService, contents: TrusteeContents, objects: TrusteeObjects): ServicePlan {
  const { directory, file } = configurations[service];
  const configuration = { [file]: contents.configuration[service] };
  const inSecret = service === "kbs" && contents.withCredentials !== undefined;
  const store = storeOf[service].map((name) => ({ name, path: stores[name], files: contents.stores[name] }));
  const ca = service === "kbs" ? keyStoreCa(contents.keyStore) : undefined;
  return {
    mounts: [
      inSecret
        ? secret("configuration", `${directory}/${file}`, objects.configuration[service], { [file]: file })
        : { name: "configuration", path: directory, source: configMap(objects.configuration[service]) },
      ...store.map(({ name, path }) => ({ name: volumeName(name), path, source: configMap(objects.stores[name]) })),
      ...keys(service, contents, objects),
      ...(service === "kbs" ? keyStoreMounts(contents.keyStore, objects.keyStoreCa) : []),
      ...(service === "as" ? vcekMounts(contents.vcekCache) : []),
    ],
    checked: [
      // A digest of a text with a credential would let guesses at it be tried.
      inSecret ? { path: directory, names: [file] } : { path: directory, files: configuration },
      ...store.map(({ path, files }) => ({ path, files })),
      ...(service === "kbs" && mountsResources(contents)
        ? [{ path: stores.resources, names: contents.resources.map(resourceFile) }]
        : []),
      ...(ca ? [{ path: directoryOf(keyStoreFiles.caCertificate), files: ca }] : []),
    ],
    environment: service === "kbs" ? keyBrokerEnvironment(contents.keyStore, contents.sessions) : [],
    configurationDigest: sha256(
      canonicalJson([configuration, ...store.map(({ files }) => files), ...(ca ? [ca] : [])]),
    ),
  };
}

/** Whether the KBS reads resources from mounted files. */
export function mountsResources({ keyStore }: Pick<TrusteeContents, "keyStore">): boolean {
  return keyStore.kind === "kvstorage";
}

/** The file with the CA of a key store outside. */
export function keyStoreCa(keyStore: KeyStore): Files | undefined {
  return keyStore.kind === "vault" ? { "ca.crt": keyStore.caCertificate } : undefined;
}

/** What each service decides by. */
export const storeOf: Readonly<Record<TrusteeService, (keyof TrusteeStores)[]>> = {
  kbs: ["resourcePolicy"],
  as: ["attestationPolicies"],
  rvps: ["referenceValues"],
};

function keys(service: TrusteeService, { resources, services }: TrusteeContents, { secrets }: TrusteeObjects): Mount[] {
  switch (service) {
    case "kbs":
      return [
        secret("tls", keyFiles.tlsKey, secrets.tls, { "tls.crt": "tls.crt", "tls.key": "tls.key" }),
        // The certificate alone: whoever has the KBS must not be able to sign tokens for it. Intel's it fetches itself.
        ...(services.includes("as")
          ? [secret("signer", keyFiles.signerCertificate, secrets.signer, { "token.crt": "token.crt" })]
          : []),
        ...(secrets.resources === undefined
          ? []
          : [
              {
                name: "resources",
                path: stores.resources,
                source: {
                  kind: "secret" as const,
                  name: secrets.resources,
                  items: Object.fromEntries(resources.map((path) => [resourceSecretKey(path), resourceFile(path)])),
                },
              },
            ]),
      ];
    case "as":
      return [
        secret("signer", keyFiles.signerKey, secrets.signer, { "token.crt": "token.crt", "token.key": "token.key" }),
      ];
    case "rvps":
      return [];
  }
}

/** Mounts a Secret where one of its files is expected. */
function secret(name: string, file: string, source: pulumi.Input<string>, items: Record<string, string>): Mount {
  return { name, path: directoryOf(file), source: { kind: "secret", name: source, items } };
}

function configMap(name: pulumi.Input<string>): Mount["source"] {
  return { kind: "configMap", name };
}

/** `attestationPolicies` → `attestation-policies` */
export function volumeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
