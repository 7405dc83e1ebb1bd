import { operatorReferenceValues } from "../../components/attestation/referenceValues";
import type { Resource } from "../rule";

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

[admin]
authorization_mode = "DenyAll"

[attestation_token]
trusted_certs_paths = ["/etc/kbs/token/ca.crt"]

[attestation_service]
type = "coco_as_builtin"

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

/** What the operator is told in one word. */
export const trusteeConfig: Resource = {
  type: "kubernetes:confidentialcontainers.org/v1alpha1:TrusteeConfig",
  name: "trustee",
  props: {
    apiVersion: "confidentialcontainers.org/v1alpha1",
    kind: "TrusteeConfig",
    metadata: { name: "trustee", namespace: "trustee" },
    spec: { profileType: "Restricted" },
  },
};

export const resourcePolicyPointer = "/data/resource-policy.rego";
export const resourcePolicyPath = `data["resource-policy.rego"]`;

/** A resource policy that pins one release: every submodule affirming, init-data, GPUs. */
export const resourcePolicy: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "resource-policy",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "resource-policy", namespace: "trustee" },
    data: {
      "resource-policy.rego": `package policy

import rego.v1

default allow := false

allow if {
  data.plugin == "resource"
  data["resource-path"] == ["acme", "model-key", "llama"]
  every submod in input.submods { submod["ear.status"] == "affirming" }
  input.submods.cpu0["ear.veraison.annotated-evidence"].init_data == "9f86d081884c7d65"
  count([name | some name, _ in input.submods; startswith(name, "gpu")]) == 1
}
`,
    },
  },
};

const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/** The key broker itself. */
export const keyBrokerDeployment: Resource = {
  type: "kubernetes:apps/v1:Deployment",
  name: "kbs",
  props: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "kbs", namespace: "trustee" },
    spec: {
      template: {
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "kbs",
              image: `ghcr.io/confidential-containers/staged-images/kbs@sha256:${digest}`,
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
            },
          ],
        },
      },
    },
  },
};

export const attestationPolicyPointer = "/data/default_cpu.rego";
export const attestationPolicyPath = `data["default_cpu.rego"]`;

/** An attestation policy by which nothing affirms that was not compared with a reference value. */
export const attestationPolicy: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "attestation-policies",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "attestation-policies", namespace: "trustee" },
    data: {
      "default_cpu.rego": `package policy

import rego.v1

default executables := 33
default hardware := 97
default configuration := 36

trust_claims := {
  "executables": executables,
  "hardware": hardware,
  "configuration": configuration,
}

executables := 3 if input.snp.measurement in query_reference_value("snp_launch_measurement")

hardware := 2 if input.snp.reported_tcb_snp in query_reference_value("snp_snp_svn")

configuration := 2 if input.snp.policy_debug_allowed == false
`,
    },
  },
};

export const measurement =
  "9d13634b6014bb21cf059b2dc694e7bff01a8a7137041100cd2b695f3d10fb687267b97808b27f8f471d943bc6f53a20";

/** Until when the examples' values are meant to hold. */
const expiration = "2028-01-01T00:00:00Z";

/** Reference values as LocalFs keeps them: a record a name. */
export const referenceValues: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "reference-values",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "reference-values", namespace: "trustee" },
    data: Object.fromEntries(
      Object.entries({
        snp_launch_measurement: [measurement],
        snp_bootloader: [4],
        snp_smt_enabled: true,
      }).map(([name, value]) => [name, JSON.stringify({ version: "0.1.0", name, expiration, value })]),
    ),
  },
};

/** The same in the one file of LocalJson, as the operator mounts it: each record in base64. */
export const referenceValueTable: Resource = {
  type: "kubernetes:core/v1:ConfigMap",
  name: "rvps-reference-values",
  props: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "rvps-reference-values", namespace: "trustee" },
    data: operatorReferenceValues({ snp_launch_measurement: [measurement], snp_bootloader: [4] }, expiration),
  },
};

/** The attestation service's own Service: reachable inside the cluster only. */
export const attestationService: Resource = {
  type: "kubernetes:core/v1:Service",
  name: "as",
  props: {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "as", namespace: "trustee" },
    spec: { type: "ClusterIP", ports: [{ name: "grpc", port: 50004, targetPort: 50004 }] },
  },
};

/** Who may talk to the key broker: guests, by the ranges that they come from. */
export const keyBrokerNetwork: Resource = {
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "kbs",
  props: {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "kbs", namespace: "trustee" },
    spec: {
      podSelector: { matchLabels: { "app.kubernetes.io/name": "trustee-kbs" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ ipBlock: { cidr: "198.51.100.0/24" } }], ports: [{ port: 8080, protocol: "TCP" }] }],
    },
  },
};
