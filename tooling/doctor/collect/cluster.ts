import { kubeletSettingsName, systemNamespace } from "../../../components/cluster/kubeletConfiguration";
import { confidentialLabel } from "../../../components/cluster/labels";
import { gpuHosts } from "../chains/cluster";
import { isConfidential } from "../links/pod/pod";
import type {
  ClusterPolicyObject,
  ConfigMapObject,
  DaemonSetObject,
  EventObject,
  KubeletConfiguration,
  Metadata,
  NetworkPolicyObject,
  NodeFeatureRuleObject,
  NodeObject,
  PodObject,
  QuotaObject,
  RuntimeClassObject,
  WorkloadObject,
} from "../objects";
import type { Seen } from "../seen";
import { seen } from "../seen";
import type { ClusterSnapshot, DefinitionName, NamespaceSnapshot } from "../snapshot";
import { definitionNames } from "../snapshot";
import type { ClusterReader } from "./reader";

export interface ClusterQuestion {
  /** Namespaces to look into; default: those marked as confidential, and those with confidential pods. */
  readonly namespaces?: readonly string[];
  /** Hosts whose kubelets are asked; default: those that are meant to have GPUs. None in a rehearsal. */
  readonly kubelets?: readonly string[];
}

/** How long a kubelet behind the API server may take to answer. */
const kubeletMilliseconds = 5_000;

/** Reads the provider's cluster. */
export async function readCluster(reader: ClusterReader, question: ClusterQuestion): Promise<ClusterSnapshot> {
  const [
    version,
    nodes,
    daemonSets,
    deployments,
    runtimeClasses,
    nodeFeatureRules,
    clusterPolicies,
    storageClasses,
    kubeletSettings,
    kataDropIns,
  ] = await Promise.all([
    reader.get<{ gitVersion?: string }>("/version"),
    reader.list<NodeObject>("/api/v1/nodes"),
    reader.list<DaemonSetObject>("/apis/apps/v1/daemonsets"),
    reader.list<WorkloadObject>("/apis/apps/v1/deployments"),
    reader.list<RuntimeClassObject>("/apis/node.k8s.io/v1/runtimeclasses"),
    reader.list<NodeFeatureRuleObject>("/apis/nfd.k8s-sigs.io/v1alpha1/nodefeaturerules"),
    reader.list<ClusterPolicyObject>("/apis/nvidia.com/v1/clusterpolicies"),
    reader.list<{ metadata: Metadata }>("/apis/storage.k8s.io/v1/storageclasses"),
    reader.get<ConfigMapObject>(`/api/v1/namespaces/${systemNamespace}/configmaps/${kubeletSettingsName}`),
    reader.get<ConfigMapObject>("/api/v1/namespaces/kata-system/configmaps/kata-deploy-custom-configs"),
  ]);
  const definitions = Object.fromEntries(
    await Promise.all(
      definitionNames.map(async (name) => [
        name,
        await reader.get<{ metadata: Metadata }>(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`),
      ]),
    ),
  ) as Record<DefinitionName, Seen<{ metadata: Metadata } | null>>;
  const tenants = question.namespaces ? seen(question.namespaces) : await confidentialNamespaces(reader);
  const names = "value" in tenants ? tenants.value : [];
  const hosts = question.kubelets ?? gpuHosts({ cluster: { nodes }, hosts: [] });
  const [namespaces, kubelets] = await Promise.all([
    record(names, (name) => readNamespace(reader, name)),
    record(hosts, (name) => readKubelet(reader, name)),
  ]);
  return {
    version: "value" in version ? seen(version.value?.gitVersion ?? "unknown") : version,
    ...{
      nodes,
      daemonSets,
      deployments,
      runtimeClasses,
      definitions,
      nodeFeatureRules,
      clusterPolicies,
      storageClasses,
    },
    ...{ kubeletSettings, kataDropIns, kubelets, tenants, namespaces },
  };
}

async function confidentialNamespaces(reader: ClusterReader): Promise<Seen<readonly string[]>> {
  const [[label, value] = ["", ""]] = Object.entries(confidentialLabel);
  const [marked, pods] = await Promise.all([
    reader.list<{ metadata: Metadata }>("/api/v1/namespaces", `${label}=${value}`),
    reader.list<PodObject>("/api/v1/pods"),
  ]);
  if ("unseen" in marked) return marked;
  if ("unseen" in pods) return pods;
  const used = pods.value.filter(isConfidential).flatMap(({ metadata }) => metadata.namespace ?? []);
  return seen([...new Set([...marked.value.map(({ metadata }) => metadata.name), ...used])].sort());
}

async function readNamespace(reader: ClusterReader, name: string): Promise<NamespaceSnapshot> {
  const core = `/api/v1/namespaces/${name}`;
  const [pods, events, quotas, networkPolicies, ...workloads] = await Promise.all([
    reader.list<PodObject>(`${core}/pods`),
    reader.list<EventObject>(`${core}/events`),
    reader.list<QuotaObject>(`${core}/resourcequotas`),
    reader.list<NetworkPolicyObject>(`/apis/networking.k8s.io/v1/namespaces/${name}/networkpolicies`),
    ...(["Deployment", "StatefulSet", "ReplicaSet"] as const).map(async (kind) => {
      const found = await reader.list<WorkloadObject>(`/apis/apps/v1/namespaces/${name}/${kind.toLowerCase()}s`);
      return "unseen" in found ? found : seen(found.value.map((each) => ({ ...each, kind })));
    }),
  ]);
  const hidden = workloads.find((each) => "unseen" in each);
  const all = workloads.flatMap((each) => ("value" in each ? each.value : []));
  return { pods, events, quotas, networkPolicies, workloads: hidden && "unseen" in hidden ? hidden : seen(all) };
}

async function readKubelet(reader: ClusterReader, name: string): Promise<Seen<KubeletConfiguration>> {
  const answer = await reader.get<{ kubeletconfig?: KubeletConfiguration }>(
    `/api/v1/nodes/${name}/proxy/configz`,
    kubeletMilliseconds,
  );
  if ("unseen" in answer) return answer;
  return answer.value?.kubeletconfig
    ? seen(answer.value.kubeletconfig)
    : { unseen: `kubelet of ${name} tells no configuration` };
}

async function record<T>(names: readonly string[], read: (name: string) => Promise<T>): Promise<Record<string, T>> {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}
