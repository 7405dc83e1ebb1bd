import type { KubeApi } from "../../../tooling/controlplane/api";
import { ApiError } from "../../../tooling/controlplane/api";
import type { Actor } from "../../acceptance/partners/partnerCase";
import type { TestCluster } from "../../acceptance/cluster";
import type { Live } from "./loop";
import { listed, loop, setStatus } from "./loop";
import { definition, fields, list, map, oneOf, text, texts, whole } from "./schema";

// SIMULATED: stand-ins for the Trustee operator's kinds and for what the operator does. Not Red Hat's definitions.

const group = "confidentialcontainers.org";

/** What the package trustee-operator brings. */
export const trusteeDefinitions = [
  definition({
    group,
    version: "v1alpha1",
    kind: "KbsConfig",
    plural: "kbsconfigs",
    scope: "Namespaced",
    spec: fields({
      kbsConfigMapName: text,
      kbsResourcePolicyConfigMapName: text,
      kbsAttestationPolicyConfigMapName: text,
      kbsGpuAttestationPolicyConfigMapName: text,
      kbsRvpsRefValuesConfigMapName: text,
      kbsHttpsKeySecretName: text,
      kbsHttpsCertSecretName: text,
      kbsAttestationKeySecretName: text,
      kbsAttestationCertSecretName: text,
      kbsAuthSecretName: text,
      kbsSecretResources: texts,
      kbsDeploymentType: oneOf("AllInOneDeployment", "MicroservicesDeployment"),
      kbsServiceType: text,
      KbsEnvVars: map(text),
      KbsDeploymentSpec: fields({ replicas: whole }),
      kbsLocalCertCacheSpec: fields({ secrets: list(fields({ secretName: text, mountPath: text }, "secretName")) }),
    }),
  }),
  definition({
    group,
    version: "v1alpha1",
    kind: "TrusteeConfig",
    plural: "trusteeconfigs",
    scope: "Namespaced",
    spec: fields({
      profileType: text,
      kbsServiceType: text,
      httpsSpec: fields({ tlsSecretName: text }),
      attestationTokenVerificationSpec: fields({ tlsSecretName: text }),
      tlsConfig: fields({ profile: oneOf("old", "intermediate", "modern", "custom") }),
    }),
  }),
];

const migrated = "kbs.confidentialcontainers.org/migrated-from-v1.1.0";

interface KbsConfig extends Omit<Live, "spec"> {
  readonly spec: Readonly<Record<string, string>> & {
    readonly kbsSecretResources?: readonly string[];
    readonly KbsDeploymentSpec?: { readonly replicas?: number };
  };
}

const mapFields = [
  "kbsConfigMapName",
  "kbsResourcePolicyConfigMapName",
  "kbsAttestationPolicyConfigMapName",
  "kbsGpuAttestationPolicyConfigMapName",
  "kbsRvpsRefValuesConfigMapName",
] as const;
const secretFields = [
  "kbsAuthSecretName",
  "kbsHttpsKeySecretName",
  "kbsHttpsCertSecretName",
  "kbsAttestationKeySecretName",
  "kbsAttestationCertSecretName",
] as const;

/**
 * SIMULATED Trustee operator v1.2.0 as far as it matters here: deletes ConfigMaps that it takes for old ones, starts
 * nothing while something that is named is missing, and else runs a Deployment and says when it is ready.
 */
export function trusteeOperator({ api }: TestCluster): Actor {
  return loop("trustee-operator", async () => {
    for (const config of await listed<KbsConfig>(api, `/apis/${group}/v1alpha1/kbsconfigs`))
      await reconcile(api, config);
  });
}

async function reconcile(api: KubeApi, config: KbsConfig): Promise<void> {
  const { spec, metadata } = config;
  const { namespace = "", name } = metadata;
  const core = `/api/v1/namespaces/${namespace}`;
  const maps = mapFields.flatMap((field) => spec[field] ?? []);
  for (const named of maps) {
    const found = await lookup<Live>(api, `${core}/configmaps/${named}`);
    const { annotations = {} } = (found?.metadata ?? {}) as { annotations?: Record<string, string> };
    if (found && !(migrated in annotations)) await api.delete(`${core}/configmaps/${named}`);
  }
  const secrets = [...secretFields.map((field) => spec[field]), ...(spec.kbsSecretResources ?? [])].filter(Boolean);
  const wanted = [...maps.map((named) => `configmaps/${named}`), ...secrets.map((named) => `secrets/${named}`)];
  for (const path of wanted) if (!(await lookup(api, `${core}/${path}`))) return;

  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const place = `${deployments}/trustee-deployment`;
  await api.apply(place, deployment(config, maps) as never);
  const { status } = await api.get<{ status?: { readyReplicas?: number; replicas?: number } }>(place);
  const isReady = (status?.readyReplicas ?? 0) >= 1 && status?.readyReplicas === status?.replicas;
  await setStatus(api, `/apis/${group}/v1alpha1/namespaces/${namespace}/kbsconfigs/${name}`, config as never, {
    isReady,
  });
}

async function lookup<T = object>(api: KubeApi, path: string): Promise<T | undefined> {
  try {
    return await api.get<T>(path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** The rough shape of what the operator runs, for admission to judge: neither its image nor its volumes. */
function deployment({ metadata, spec }: KbsConfig, maps: readonly string[]) {
  const labels = { app: "kbs" };
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "trustee-deployment",
      namespace: metadata.namespace,
      ownerReferences: [
        {
          apiVersion: `${group}/v1alpha1`,
          kind: "KbsConfig",
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
        },
      ],
    },
    spec: {
      replicas: spec.KbsDeploymentSpec?.replicas ?? 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { "kbs.confidentialcontainers.org/configmap-versions": maps.join(",") } },
        spec: {
          containers: [
            {
              name: "kbs",
              image: "registry.redhat.io/build-of-trustee/trustee-rhel9@sha256:" + "0".repeat(64),
              securityContext,
              volumeMounts: maps.map((_, index) => ({ name: `map-${index}`, mountPath: `/maps/${index}` })),
            },
          ],
          volumes: maps.map((name, index) => ({ name: `map-${index}`, configMap: { name } })),
        },
      },
    },
  };
}
