import type * as pulumi from "@pulumi/pulumi";
import { canonicalJson, sha256 } from "../names";
import type { CheckedDirectory } from "./storeCheck";
import type { TrusteeService } from "./trusteeLayout";
import { configurations, keyFiles, resourceFile, resourceSecretKey, stores } from "./trusteeLayout";
import type { Mount } from "./trusteePods";
import type { TrusteeStores } from "./trusteeStores";

/** What a service is given, by what it is: its configuration, what it decides by, and the keys that it needs. */
export interface TrusteeContents {
  readonly configuration: Readonly<Record<TrusteeService, string>>;
  readonly stores: TrusteeStores;
  /** Paths of all resources, sorted. */
  readonly resources: readonly string[];
}

/** Names of the objects that carry the contents. */
export interface TrusteeObjects {
  readonly configuration: Readonly<Record<TrusteeService, pulumi.Input<string>>>;
  readonly stores: Readonly<Record<keyof TrusteeStores, pulumi.Input<string>>>;
  readonly secrets: Readonly<Record<"tls" | "signer" | "resources", pulumi.Input<string>>>;
}

export interface ServicePlan {
  readonly mounts: readonly Mount[];
  readonly checked: readonly CheckedDirectory[];
  readonly configurationDigest: string;
}

/** Who mounts what: each key is in one container only, and nobody sees another's policies. */
export function servicePlan(service: TrusteeService, contents: TrusteeContents, objects: TrusteeObjects): ServicePlan {
  const { directory, file } = configurations[service];
  const configuration = { [file]: contents.configuration[service] };
  const store = storeOf[service].map((name) => ({ name, path: stores[name], files: contents.stores[name] }));
  return {
    mounts: [
      { name: "configuration", path: directory, source: configMap(objects.configuration[service]) },
      ...store.map(({ name, path }) => ({ name: volumeName(name), path, source: configMap(objects.stores[name]) })),
      ...keys(service, contents, objects),
    ],
    checked: [
      { path: directory, files: configuration },
      ...store.map(({ path, files }) => ({ path, files })),
      ...(service === "kbs" ? [{ path: stores.resources, names: contents.resources.map(resourceFile) }] : []),
    ],
    configurationDigest: sha256(canonicalJson([configuration, ...store.map(({ files }) => files)])),
  };
}

const storeOf: Readonly<Record<TrusteeService, (keyof TrusteeStores)[]>> = {
  kbs: ["resourcePolicy"],
  as: ["attestationPolicies"],
  rvps: ["referenceValues"],
};

function keys(service: TrusteeService, { resources }: TrusteeContents, { secrets }: TrusteeObjects): Mount[] {
  switch (service) {
    case "kbs":
      return [
        secret("tls", keyFiles.tlsKey, secrets.tls, { "tls.crt": "tls.crt", "tls.key": "tls.key" }),
        // The certificate alone: whoever has the KBS must not be able to sign tokens for it.
        secret("signer", keyFiles.signerCertificate, secrets.signer, { "token.crt": "token.crt" }),
        {
          name: "resources",
          path: stores.resources,
          source: {
            kind: "secret",
            name: secrets.resources,
            items: Object.fromEntries(resources.map((path) => [resourceSecretKey(path), resourceFile(path)])),
          },
        },
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
  return { name, path: file.slice(0, file.lastIndexOf("/")), source: { kind: "secret", name: source, items } };
}

function configMap(name: pulumi.Input<string>): Mount["source"] {
  return { kind: "configMap", name };
}

/** `attestationPolicies` → `attestation-policies` */
export function volumeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
