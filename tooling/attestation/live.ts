import { configurations, serviceName, stores } from "../../components/attestation/trusteeLayout";
import type { TrusteeService } from "../../components/attestation/trusteeLayout";
import type { KubeApi } from "../controlplane/api";
import { UserError } from "../ui";
import type { TrusteeFiles } from "./stores";

interface Deployment {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly template: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly volumes?: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
  readonly containers: readonly {
    readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
}

/** Reads what the key broker of a cluster decides by: the ConfigMaps that its Deployments mount, and no other. */
export async function liveFiles(api: KubeApi, signal?: AbortSignal): Promise<TrusteeFiles> {
  const deployments = await api.list<Deployment>(
    "/apis/apps/v1/deployments",
    "app.kubernetes.io/part-of=trustfoundry",
    signal,
  );
  const mounted = async (service: TrusteeService, path: string): Promise<Readonly<Record<string, string>>> => {
    const name = serviceName(service);
    const deployment = deployments.find(({ metadata }) => metadata.name === name);
    const configMap = deployment && configMapAt(deployment.spec.template.spec, path);
    if (!deployment || !configMap)
      throw new UserError(
        `The model owner's cluster has no ${name} that mounts ${path}.`,
        "`npm run rehearse` brings the key broker up; one that leaves attestation to Intel cannot be played.",
      );
    const { namespace } = deployment.metadata;
    const object = await api.get<{ data?: Record<string, string> }>(
      `/api/v1/namespaces/${namespace}/configmaps/${configMap}`,
      signal,
    );
    return object.data ?? {};
  };
  const [resourcePolicy, attestationPolicies, referenceValues, configuration] = await Promise.all([
    mounted("kbs", stores.resourcePolicy),
    mounted("as", stores.attestationPolicies),
    mounted("rvps", stores.referenceValues),
    mounted("as", configurations.as.directory),
  ]);
  return {
    resourcePolicy,
    attestationPolicies,
    referenceValues,
    configuration: configuration[configurations.as.file] ?? "{}",
  };
}

function configMapAt(pod: PodSpec, path: string): string | undefined {
  const mounts = pod.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
  const volume = mounts.find(({ mountPath }) => mountPath === path)?.name;
  return pod.volumes?.find(({ name }) => name === volume)?.configMap?.name;
}
