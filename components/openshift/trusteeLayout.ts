/*
 * Where the Trustee operator puts things. Its Deployment's shape is not ours to choose: these are its names and paths.
 *
 * Source: openshift/trustee-operator v1.2.0 (1ca882e), internal/controller/common.go, kbsconfig_controller.go and
 * cmd/secret-converter/main.go; v1.2.1 has the same.
 */

/** Label of the pods that it makes. */
export const operatorPodLabels = { app: "kbs" } as const;

/** Label of its own pod. */
export const operatorOwnLabels = { "control-plane": "controller-manager" } as const;

/** The Service that it makes, and the port of it. */
export const operatorService = { name: "kbs-service", portName: "kbs-port", port: 8080 } as const;

/** Root of its storage; below it one directory for each of Trustee's namespaces. */
const storage = "/opt/confidential-containers/storage";

export const operatorPaths = {
  storage,
  /** The file `reference_value` lies here. */
  localJson: `${storage}/local_json`,
  tlsKeyDirectory: "/etc/https-key",
  tlsCertificateDirectory: "/etc/https-cert",
  signerKey: "/etc/attestation-key/token.key",
  signerCertificate: "/etc/attestation-cert/token.crt",
  /** AMD's chip certificates: `vcek/<chip id>/vcek.der` below it (deps/verifier/src/snp/mod.rs). */
  vcekRoot: "/opt/confidential-containers/attestation-service/kds-store",
} as const;

/** Keys of the ConfigMaps that it mounts; under any other key a text is not found. */
export const operatorFiles = {
  configuration: "kbs-config.toml",
  resourcePolicy: "resource-policy.rego",
  cpuPolicy: "default_cpu.rego",
  gpuPolicy: "default_gpu.rego",
  referenceValues: "reference_value",
} as const;

/**
 * Since v1.2.0 the operator takes a ConfigMap without this annotation for one of v1.1, whatever is in it: it deletes
 * configuration and policies, for a TrusteeConfig to write Red Hat's own in their place (internal/controller/migration.go,
 * docs/upgrade-v1.1-to-v1.2.md). With it, what stands there stays.
 */
export const operatorMigrated = { "kbs.confidentialcontainers.org/migrated-from-v1.1.0": "v1.2.0" } as const;

/** The one repository in which it serves Secrets: `default/<Secret>/<key>`. */
export const operatorRepository = "default";

/** Volumes that it names itself. It names one after each Secret with resources, too, and no two may be alike. */
export const operatorVolumes: readonly string[] = [
  "kbs-config",
  "base-storage-dir",
  "attestation-policy-dir",
  "attestation-policy",
  "attestation-policy-gpu",
  "resource-policy-dir",
  "resource-policy",
  "auth-secret",
  "https-key",
  "https-cert",
  "attestation-key",
  "attestation-cert",
  "repository-dir",
  "rvps-dir",
  "reference-values",
  "as-config",
  "rvps-config",
];

/**
 * Versions whose Trustee is known here. Both run the same build, registry.redhat.io/build-of-trustee/trustee-rhel9@sha256:85312d29…
 * of openshift/trustee v1.2.0 (e237042): between v0.20.0 and v0.21.0, with the configuration, the storage and the KBS
 * protocol 0.4.0 of v0.21.0 (kbs/src/config.rs, kbs/src/admin, attestation-service/src/config.rs and rvps/src are the
 * same, compared on 2026-11-26). v1.1.0 has the older format with `type = "LocalFs"` and other paths.
 */
export const operatorVersions: readonly string[] = ["trustee-operator.v1.2.0", "trustee-operator.v1.2.1"];
