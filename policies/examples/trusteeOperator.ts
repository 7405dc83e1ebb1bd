import { operatorMigrated } from "../../components/openshift/trusteeLayout";
import type { Resource } from "../rule";
import { attestationPolicy, keyBrokerConfiguration, referenceValueTable, resourcePolicy } from "./trustee";

const dataOf = (resource: Resource) => (resource.props as { data: Record<string, string> }).data;
const only = (resource: Resource, key: string) => ({ [key]: dataOf(resource)[key] ?? "" });

/** The texts that the operator mounts, under the names that it would give them for a TrusteeConfig `trustee`. */
export const operatorMaps: readonly Resource[] = [
  map("kbs-config", only(keyBrokerConfiguration, "kbs-config.toml")),
  map("resource-policy", only(resourcePolicy, "resource-policy.rego")),
  map("attestation-policy-cpu", only(attestationPolicy, "default_cpu.rego")),
  map("attestation-policy-gpu", only(attestationPolicy, "default_gpu.rego")),
  map("rvps-reference-values", only(referenceValueTable, "reference_value")),
];

function map(suffix: string, data: Record<string, string>): Resource {
  const name = `trustee-${suffix}`;
  return {
    type: "kubernetes:core/v1:ConfigMap",
    name,
    props: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "trustee", annotations: operatorMigrated },
      data,
    },
  };
}

/** What the operator is told in one word. */
export const trusteeConfig: Resource = {
  type: "kubernetes:confidentialcontainers.org/v1alpha1:TrusteeConfig",
  name: "trustee",
  props: {
    apiVersion: "confidentialcontainers.org/v1alpha1",
    kind: "TrusteeConfig",
    metadata: { name: "trustee", namespace: "trustee" },
    spec: { profileType: "Restricted", kbsServiceType: "ClusterIP", tlsConfig: { profile: "modern" } },
  },
};

/** What the operator is told in full. */
export const operatorKeyBroker: Resource = {
  type: "kubernetes:confidentialcontainers.org/v1alpha1:KbsConfig",
  name: "kbs",
  props: {
    apiVersion: "confidentialcontainers.org/v1alpha1",
    kind: "KbsConfig",
    metadata: { name: "kbs", namespace: "trustee" },
    spec: {
      kbsConfigMapName: "trustee-kbs-config",
      kbsResourcePolicyConfigMapName: "trustee-resource-policy",
      kbsAttestationPolicyConfigMapName: "trustee-attestation-policy-cpu",
      kbsGpuAttestationPolicyConfigMapName: "trustee-attestation-policy-gpu",
      kbsRvpsRefValuesConfigMapName: "trustee-rvps-reference-values",
      kbsDeploymentType: "AllInOneDeployment",
      kbsServiceType: "ClusterIP",
      KbsEnvVars: { RUST_LOG: "info" },
    },
  },
};
