/** Links of the key chain by whose break a guest is left without its key: what is seen of its pod may follow from any. */
export const brokerCauses = [
  "broker-there",
  "broker-stores",
  "broker-available",
  "broker-services",
  "broker-service",
  "broker-network",
] as const;

export const policyCauses = [
  "broker-certificate",
  "broker-versions",
  "policy-loads",
  "release-known",
  "release-in-time",
  "release-block",
  "release-values",
  "stores-as-checked",
  "replicas-alike",
  "resource-there",
] as const;

export const guestCauses = [
  "token-signer",
  "token-intact",
  "token-in-time",
  "evidence-verified",
  "guest-parts",
  "guest-init-data",
  "guest-measurement",
  "guest-firmware",
  "guest-closed",
  "gpu-firmware",
  "gpu-verdict",
  "token-tiers",
  "policy-answer",
] as const;

export const keyCauses: readonly string[] = [...brokerCauses, ...policyCauses, ...guestCauses];
