import type { KeyStore } from "../../../../components/attestation/keyStore";

const reachedAt = { cidrs: ["203.0.113.0/24"] };
const image = `registry.acme.example/kbs@sha256:${"a".repeat(64)}`;
export const caCertificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

export const vault: KeyStore = {
  kind: "vault",
  url: "https://vault.acme.example:8200",
  mountPath: "kv",
  caCertificate,
  reachedAt: { namespace: "vault" },
};
export const aws: KeyStore = { kind: "aws", region: "eu-central-1", credentialsSecret: "aws-reader", image, reachedAt };
export const gcp: KeyStore = { kind: "gcp", projectId: "acme-keys", credentialsSecret: "gcp-reader", image, reachedAt };
export const aliyun: KeyStore = { kind: "aliyun", instanceId: "kst-1", caCertificate, image, reachedAt };

/** One of each kind. */
export const keyStores: readonly KeyStore[] = [{ kind: "kvstorage" }, vault, aws, gcp, aliyun];
