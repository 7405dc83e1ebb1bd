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

[storage_backend]
storage_type = "LocalFs"

[[plugins]]
name = "resource"
storage_backend_type = "Vault"
vault_url = "https://vault.acme.example"
verify_ssl = true
`,
    },
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
