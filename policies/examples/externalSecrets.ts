import type { Resource } from "../rule";

/** Keys of models from Fortanix DSM, as Trustfoundry has External Secrets Operator fetch them. */
export const modelKeys: Resource = {
  type: "kubernetes:external-secrets.io/v1:ExternalSecret",
  name: "model-keys",
  props: {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: {
      name: "model-keys",
      namespace: "trustee",
      annotations: { "trustfoundry.dev/etcd-encrypted": "true" },
    },
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { kind: "SecretStore", name: "fortanix-dsm" },
      target: { name: "model-keys" },
      data: [{ secretKey: "acme.model-key.llama", remoteRef: { key: "llama-key" } }],
    },
  },
};

export const modelKeyStore: Resource = {
  type: "kubernetes:external-secrets.io/v1:SecretStore",
  name: "fortanix-dsm",
  props: {
    apiVersion: "external-secrets.io/v1",
    kind: "SecretStore",
    metadata: { name: "fortanix-dsm", namespace: "trustee" },
    spec: {
      provider: {
        fortanix: { apiUrl: "https://dsm.acme.example", apiKey: { secretRef: { name: "dsm-reader", key: "api-key" } } },
      },
    },
  },
};
