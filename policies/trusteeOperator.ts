import { operatorFiles } from "../components/openshift/trusteeLayout";
import type { KubernetesObject } from "./kubernetes";
import { objects } from "./kubernetes";
import type { Place } from "./place";

/** Fields of a KbsConfig that name what the key broker decides by, and the key that the operator mounts of each ConfigMap. */
export const operatorMapFields = {
  kbsConfigMapName: operatorFiles.configuration,
  kbsResourcePolicyConfigMapName: operatorFiles.resourcePolicy,
  kbsAttestationPolicyConfigMapName: operatorFiles.cpuPolicy,
  kbsGpuAttestationPolicyConfigMapName: operatorFiles.gpuPolicy,
  kbsRvpsRefValuesConfigMapName: operatorFiles.referenceValues,
} as const;

/**
 * Names that the operator gives to the ConfigMaps of a TrusteeConfig, behind its own name: it writes those that it does not
 * find. Source: openshift/trustee-operator v1.2.0, internal/controller/trusteeconfig_controller.go.
 */
const generated: Readonly<Record<keyof typeof operatorMapFields, string>> = {
  kbsConfigMapName: "kbs-config",
  kbsResourcePolicyConfigMapName: "resource-policy",
  kbsAttestationPolicyConfigMapName: "attestation-policy-cpu",
  kbsGpuAttestationPolicyConfigMapName: "attestation-policy-gpu",
  kbsRvpsRefValuesConfigMapName: "rvps-reference-values",
};

/** What the operator is told in full, one text at a time. */
export const kbsConfigs = objects("confidentialcontainers.org/v1alpha1/KbsConfig");
/** What it is told in one word. */
export const trusteeConfigs = objects("confidentialcontainers.org/v1alpha1/TrusteeConfig");

/** A ConfigMap that the operator mounts: where it is named, its name, and the key that has to be in it. */
export interface MountedMap {
  readonly named: Place;
  readonly name: string;
  readonly file: string;
}

const fields = Object.entries(operatorMapFields) as [keyof typeof operatorMapFields, string][];

/** Of a KbsConfig, what it names; what it leaves out is the demand of another rule. */
export function mapsOfKbsConfig({ body }: KubernetesObject): MountedMap[] {
  return fields.flatMap(([field, file]) => {
    const named = body.at("spec", field);
    return named.text ? [{ named, name: named.text, file }] : [];
  });
}

/** Of a TrusteeConfig, the names that the operator looks for. */
export function mapsOfTrusteeConfig({ body }: KubernetesObject): MountedMap[] {
  const named = body.at("metadata", "name");
  return fields.map(([field, file]) => ({ named, name: `${named.text ?? ""}-${generated[field]}`, file }));
}
