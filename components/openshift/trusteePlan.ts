import type * as pulumi from "@pulumi/pulumi";
import type { EvidenceOptions } from "../attestation/acceptedEvidence";
import type { AdmittedRelease } from "../attestation/admittedRelease";
import type { NodeAdmission } from "../attestation/nodeAdmission";
import { operatorReferenceValues, referenceValues } from "../attestation/referenceValues";
import type { Files } from "../attestation/trusteeStores";
import { trusteeStores } from "../attestation/trusteeStores";
import { operatorFiles, operatorPaths, operatorService } from "./trusteeLayout";

/** The five texts that the operator mounts: all that the key broker decides by. */
export const operatorMaps = ["configuration", "resourcePolicy", "cpuPolicy", "gpuPolicy", "referenceValues"] as const;
export type OperatorMap = (typeof operatorMaps)[number];

/** Each ConfigMap's content, under the one key that the operator looks for. */
export type OperatorMaps = Readonly<Record<OperatorMap, Files>>;

export interface DecisionArgs {
  readonly releases: readonly AdmittedRelease[];
  readonly nodes: readonly NodeAdmission[];
  readonly accepted: EvidenceOptions;
  readonly referenceValueExpiry: string;
}

/** Policies and reference values by the same functions as for Trustee's own pods, in the operator's ConfigMaps. */
export function operatorContents(configuration: string, args: DecisionArgs): OperatorMaps {
  const { releases, nodes, accepted, referenceValueExpiry } = args;
  const stores = trusteeStores(releases, accepted, referenceValueExpiry, nodes);
  const file = (from: Files, name: string): Files => {
    const text = from[name];
    if (text === undefined) throw new Error(`${name}: was not made, and the operator mounts it`);
    return { [name]: text };
  };
  return {
    configuration: { [operatorFiles.configuration]: configuration },
    resourcePolicy: file(stores.resourcePolicy, operatorFiles.resourcePolicy),
    cpuPolicy: file(stores.attestationPolicies, operatorFiles.cpuPolicy),
    gpuPolicy: file(stores.attestationPolicies, operatorFiles.gpuPolicy),
    referenceValues: operatorReferenceValues(referenceValues(releases, accepted, nodes), referenceValueExpiry),
  };
}

/** Names of the objects that a KbsConfig names. */
export interface OperatorObjects {
  readonly maps: Readonly<Record<OperatorMap, pulumi.Input<string>>>;
  readonly tls: { readonly key: pulumi.Input<string>; readonly certificate: pulumi.Input<string> };
  readonly signer: { readonly key: pulumi.Input<string>; readonly certificate: pulumi.Input<string> };
  /** Secrets with the models' keys, which the owner made. */
  readonly resources: readonly pulumi.Input<string>[];
  /** Secrets with AMD's certificates, by chip id. */
  readonly vcekSecrets: Readonly<Record<string, string>>;
}

/**
 * `spec` of the KbsConfig. Every ConfigMap is named: for one that is not, the operator mounts an empty directory, and
 * Trustee installs a policy of its own. Where one that is named does not exist, the operator makes nothing at all.
 */
export function kbsConfigSpec(objects: OperatorObjects, replicas: number) {
  const { maps, tls, signer, resources, vcekSecrets } = objects;
  const chips = Object.entries(vcekSecrets).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    kbsConfigMapName: maps.configuration,
    kbsResourcePolicyConfigMapName: maps.resourcePolicy,
    kbsAttestationPolicyConfigMapName: maps.cpuPolicy,
    kbsGpuAttestationPolicyConfigMapName: maps.gpuPolicy,
    kbsRvpsRefValuesConfigMapName: maps.referenceValues,
    kbsHttpsKeySecretName: tls.key,
    kbsHttpsCertSecretName: tls.certificate,
    kbsAttestationKeySecretName: signer.key,
    kbsAttestationCertSecretName: signer.certificate,
    // The operator wants the admin API's key even where that API is closed: it is given a public certificate.
    kbsAuthSecretName: signer.certificate,
    kbsSecretResources: [...resources],
    // Said, since left out the operator takes microservices, whatever the description of the field says.
    kbsDeploymentType: "AllInOneDeployment",
    kbsServiceType: "ClusterIP",
    // Evidence and tokens are logged at debug.
    KbsEnvVars: { RUST_LOG: "info" },
    KbsDeploymentSpec: { replicas },
    ...(chips.length > 0 && {
      kbsLocalCertCacheSpec: {
        secrets: chips.map(([chip, secretName]) => ({
          secretName,
          mountPath: `${operatorPaths.vcekRoot}/vcek/${chip}`,
        })),
      },
    }),
  };
}

/**
 * Annotations and `spec` of the Route. TLS passes through, since guests expect the certificate of this key broker; the
 * router, which sees where they come from, lets in the ranges of `clientCidrs` alone, and keeps a guest with the replica
 * that it began with.
 *
 * Source: openshift-docs, modules/nw-route-specific-annotations.adoc (4.21): an allow list is separated by blanks, and one
 * of another form is ignored without a word, so ranges are checked before.
 */
export function keyBrokerRoute(host: string, clientCidrs: readonly string[]) {
  const ranges = [...new Set(clientCidrs)].sort();
  const odd = ranges.find((range) => !/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(range));
  if (odd !== undefined)
    throw new Error(`clientCidrs: "${odd}" is no IPv4 range; OpenShift's router would let everybody in`);
  if (ranges.length === 0)
    throw new Error(
      "clientCidrs is empty, and OpenShift's router would let everybody in; name the ranges that guests come from",
    );
  return {
    annotations: {
      "haproxy.router.openshift.io/balance": "source",
      "haproxy.router.openshift.io/ip_allowlist": ranges.join(" "),
      // GPU evidence takes NVIDIA's service its time.
      "haproxy.router.openshift.io/timeout": "120s",
    },
    spec: {
      host,
      to: { kind: "Service", name: operatorService.name, weight: 100 },
      port: { targetPort: operatorService.portName },
      tls: { termination: "passthrough", insecureEdgeTerminationPolicy: "None" },
      wildcardPolicy: "None",
    },
  };
}
