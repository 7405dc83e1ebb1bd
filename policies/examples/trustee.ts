import type { Resource } from "../rule";

export * from "./trusteeObjects";
export * from "./trusteePolicies";

export const keyBrokerPointer = "/data/kbs-config.toml";
export const keyBrokerPath = `data["kbs-config.toml"]`;

/** A key broker's configuration (Trustee v0.21) without any of its open defaults. */
export const keyBrokerConfiguration: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "kbs-config",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "kbs-config", namespace: "trustee" },
    data: {
      "kbs-config.toml": `[http_server]
sockets = ["0.0.0.0:8080"]
insecure_http = false
private_key = "/etc/kbs/tls/tls.key"
certificate = "/etc/kbs/tls/tls.crt"
tls_profile = "modern"

[admin]
authorization_mode = "DenyAll"

[attestation_token]
trusted_certs_paths = ["/etc/kbs/token/ca.crt"]

[attestation_service]
type = "coco_as_builtin"

[attestation_service.attestation_token_broker]
verbose_token = false

[attestation_service.attestation_token_broker.signer]
key_path = "/etc/kbs/token/token.key"
cert_path = "/etc/kbs/token/token.crt"

[attestation_service.verifier_config.nvidia_verifier]
type = "Remote"

[storage_backend]
storage_type = "LocalFs"

[[plugins]]
name = "resource"
storage_backend_type = "kvstorage"
`,
    },
  },
};

/** Keys from a Vault. Its token is in the file, so the file is in a Secret. */
export const vaultPlugin = `storage_backend_type = "Vault"
vault_url = "https://vault.acme.example"
verify_ssl = true
token = "hvs.example"
`;
export const vaultPointer = "/stringData/kbs-config.toml";
export const vaultPath = `stringData["kbs-config.toml"]`;
export const vaultedKeyBroker: Resource = {
  type: "kubernetes:core/v1:Secret",
  name: "kbs-config",
  props: {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "kbs-config", namespace: "trustee" },
    stringData: {
      "kbs-config.toml": `[http_server]
private_key = "/etc/kbs/tls/tls.key"
certificate = "/etc/kbs/tls/tls.crt"
tls_profile = "modern"

[admin]
authorization_mode = "DenyAll"

[attestation_token]
trusted_certs_paths = ["/etc/kbs/token/ca.crt"]

[attestation_service]
type = "coco_as_grpc"

[storage_backend]
storage_type = "LocalFs"

[[plugins]]
name = "resource"
${vaultPlugin}`,
    },
  },
};

export const intelPointer = "/stringData/kbs-config.toml";
export const intelPath = `stringData["kbs-config.toml"]`;

/** Evidence judged by Intel. The key for its service is in the file, so the file is in a Secret. */
export const intelKeyBroker: Resource = {
  type: "kubernetes:core/v1:Secret",
  name: "kbs-config-intel",
  props: {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "kbs-config", namespace: "trustee" },
    stringData: {
      "kbs-config.toml": `[http_server]
private_key = "/etc/kbs/tls/tls.key"
certificate = "/etc/kbs/tls/tls.crt"
tls_profile = "modern"

[admin]
authorization_mode = "DenyAll"

[attestation_token]
trusted_jwk_sets = ["https://portal.trustauthority.intel.com"]

[attestation_service]
type = "intel_ta"
base_url = "https://api.trustauthority.intel.com"
api_key = "example"
certs_file = "https://portal.trustauthority.intel.com"
policy_ids = ["5d1e5a3c-2f0b-4d51-9a6e-0c6a6f5a7f10"]
allow_unmatched_policy = false

[storage_backend]
storage_type = "LocalFs"

[[plugins]]
name = "resource"
storage_backend_type = "kvstorage"
`,
    },
  },
};

export const attestationServicePointer = "/data/as-config.json";
export const attestationServicePath = `data["as-config.json"]`;

/** An attestation service on its own (Trustee v0.21). */
export const attestationServiceConfiguration: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "as-config",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "as-config", namespace: "trustee" },
    data: {
      "as-config.json": JSON.stringify({
        storage_backend: { storage_type: "LocalFs" },
        rvps_config: { type: "GrpcRemote", address: "http://rvps.trustee.svc:50003" },
        attestation_token_broker: {
          verbose_token: false,
          signer: { key_path: "/etc/as/token/token.key", cert_path: "/etc/as/token/token.crt" },
        },
        verifier_config: { nvidia_verifier: { type: "Remote" } },
      }),
    },
  },
};

export const valueProviderPointer = "/data/rvps-config.json";
export const valueProviderPath = `data["rvps-config.json"]`;

/** A reference value provider on its own, by the name that the operator gives its file. */
export const valueProviderConfiguration: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "rvps-config",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "rvps-config", namespace: "trustee" },
    data: { "rvps-config.json": JSON.stringify({ storage: { storage_type: "LocalJson" } }) },
  },
};
