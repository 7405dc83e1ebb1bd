import type {
  AliyunKeyStore,
  AwsKeyStore,
  GcpKeyStore,
  KeyStore,
  VaultKeyStore,
} from "../../../../components/attestation/keyStore";
import type { Pkcs11KeyStore } from "../../../../components/attestation/keyStorePkcs11";

const reachedAt = { cidrs: ["203.0.113.0/24"] };
const image = `registry.acme.example/kbs@sha256:${"a".repeat(64)}`;
export const caCertificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

export const vault: VaultKeyStore = {
  kind: "vault",
  url: "https://vault.acme.example:8200",
  mountPath: "kv",
  caCertificate,
  reachedAt: { namespace: "vault" },
};
export const aws: AwsKeyStore = {
  kind: "aws",
  region: "eu-central-1",
  credentialsSecret: "aws-reader",
  image,
  reachedAt,
};
export const gcp: GcpKeyStore = {
  kind: "gcp",
  projectId: "acme-keys",
  credentialsSecret: "gcp-reader",
  image,
  reachedAt,
};
export const aliyun: AliyunKeyStore = { kind: "aliyun", instanceId: "kst-1", caCertificate, image, reachedAt };

export const dsm: Pkcs11KeyStore = {
  kind: "pkcs11",
  image,
  module: "/opt/hsm/pkcs11.so",
  slotIndex: 0,
  operatedBy: "owner",
  reachedAt,
  port: 443,
  environment: { FORTANIX_API_ENDPOINT: "https://dsm.acme.example" },
  secretEnvironment: { FORTANIX_API_KEY: { name: "dsm-reader", key: "api-key" } },
};

/** One of each kind. */
export const keyStores: readonly KeyStore[] = [{ kind: "kvstorage" }, vault, aws, gcp, aliyun, dsm];
