/** Trustee's three services, each a Deployment of its own. */
export const trusteeServices = ["kbs", "as", "rvps"] as const;
export type TrusteeService = (typeof trusteeServices)[number];

/** Name of a service's Deployment, Service and NetworkPolicy. */
export const serviceName = (service: TrusteeService): string => `trustee-${service}`;

/** Ports inside the pods. The KBS's is above 1024, since nothing here runs as root; guests reach it on 443. */
export const ports: Readonly<Record<TrusteeService, number>> = { kbs: 8443, as: 50004, rvps: 50003 };

/** Port of the KBS's Service: what guests connect to. */
export const keyBrokerPort = 443;

/** DNS name of a service inside the model owner's cluster. */
export const serviceHost = (service: TrusteeService, namespace: string): string =>
  `${serviceName(service)}.${namespace}.svc`;

/** Where a service's own configuration lies, and its file's name. */
export const configurations: Readonly<Record<TrusteeService, { readonly directory: string; readonly file: string }>> = {
  kbs: { directory: "/etc/trustee/kbs", file: "kbs-config.toml" },
  as: { directory: "/etc/trustee/as", file: "as-config.json" },
  rvps: { directory: "/etc/trustee/rvps", file: "rvps.json" },
};

/** Root of a service's LocalFs storage: one directory a namespace, one file a key. */
export const storageRoot = (service: TrusteeService): string => `/var/lib/trustee/${service}`;

/**
 * Namespaces of that storage: KBS_STORAGE_NAMESPACE, RESOURCE_STORAGE_NAMESPACE, AS_POLICY_STORAGE_NAMESPACE and
 * REFERENCE_VALUE_STORAGE_NAMESPACE of Trustee v0.21.0.
 */
export const stores = {
  resourcePolicy: `${storageRoot("kbs")}/kbs`,
  resources: `${storageRoot("kbs")}/repository`,
  attestationPolicies: `${storageRoot("as")}/attestation_service_policy`,
  referenceValues: `${storageRoot("rvps")}/reference_value`,
} as const;

/** Key files, each in the one container that needs it. */
export const keyFiles = {
  tlsKey: "/etc/trustee/tls/tls.key",
  tlsCertificate: "/etc/trustee/tls/tls.crt",
  signerKey: "/etc/trustee/signer/token.key",
  signerCertificate: "/etc/trustee/signer/token.crt",
} as const;

/** File name of a resource in the KBS's storage: LocalFs writes each slash as `\x2F` (key-value-storage/src/local_fs). */
export const resourceFile = (path: string): string => path.replaceAll("/", "\\x2F");

/** Key of a resource in the Secret. Repository and type have no dots, so different paths have different keys. */
export const resourceSecretKey = (path: string): string => path.replaceAll("/", ".");

/** Of a key store outside: the CA of its server, and credentials that its client reads from a file. */
export const keyStoreFiles = {
  caCertificate: "/etc/trustee/key-store-ca/ca.crt",
  credentials: "/etc/trustee/key-store/credentials.json",
} as const;

/** Where the AS finds AMD's chip certificates; Trustee adds `vcek/<chip id>/vcek.der`. */
export const vcekRoot = "/var/lib/trustee/kds-store";

export function directoryOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}
