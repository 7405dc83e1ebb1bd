import type { KubeApi, KubeObject } from "./api";
import { poll } from "./api";
import { simulatedLabel } from "./commands";
import { kwokAccess } from "./kwokAccess";
import type { SimulatedNode } from "./simulatedNodes";
import { nodeObject, nodeStatus, simulatedNodeLabel } from "./simulatedNodes";
import { storageClassObject, volumeObjects } from "./simulatedVolumes";
import { stageDefinition } from "./stageDefinition";
import type { Stage } from "./stages";
import { baseStageLabel } from "./stages";

const nodesPath = "/api/v1/nodes";
const volumesPath = "/api/v1/persistentvolumes";
const stagesPath = "/apis/kwok.x-k8s.io/v1alpha1/stages";
const simulated = `${simulatedLabel}=true`;

/** Puts in place what kwok needs before it starts: the kind Stage, its own rights and the base stages. */
export async function applyStages(api: KubeApi, stages: readonly Stage[], signal?: AbortSignal): Promise<void> {
  const definition = stageDefinition();
  const definitionPath = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`;
  await Promise.all([
    api.apply(definitionPath, definition, signal),
    ...kwokAccess().map((object) => {
      const kind = object.kind === "ClusterRole" ? "clusterroles" : "clusterrolebindings";
      return api.apply(`/apis/rbac.authorization.k8s.io/v1/${kind}/${object.metadata.name}`, object, signal);
    }),
  ]);
  const served = await poll(async () => (await isEstablished(api, definitionPath, signal)) || undefined, {
    timeoutMilliseconds: 30_000,
    signal,
  });
  if (!served) throw new Error("the API server does not serve kwok's Stage");
  await Promise.all(stages.map((stage) => api.apply(`${stagesPath}/${stage.metadata.name}`, stage, signal)));
  const names = new Set(stages.map(({ metadata }) => metadata.name));
  const present = await api.list<KubeObject>(stagesPath, `${baseStageLabel}=true`, signal);
  await deleteAll(api, stagesPath, names, present, signal);
}

async function isEstablished(api: KubeApi, path: string, signal?: AbortSignal): Promise<boolean> {
  const { status } = await api.get<{ status?: { conditions?: { type: string; status: string }[] } }>(path, signal);
  return status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;
}

/** Makes the cluster have exactly these simulated nodes, each with its volumes. What stages wrote on them stays. */
export async function applyNodes(
  api: KubeApi,
  nodes: readonly SimulatedNode[],
  boot: string,
  signal?: AbortSignal,
): Promise<void> {
  const { gitVersion } = await api.get<{ gitVersion: string }>("/version", signal);
  const storageClass = storageClassObject();
  const volumes = nodes.flatMap(volumeObjects);
  const [presentNodes, presentVolumes] = await Promise.all([
    api.list<KubeObject>(nodesPath, simulated, signal),
    api.list<KubeObject>(volumesPath, `${simulated},${simulatedNodeLabel}`, signal),
    api.apply(`/apis/storage.k8s.io/v1/storageclasses/${storageClass.metadata.name}`, storageClass, signal),
  ]);
  await deleteAll(api, nodesPath, new Set(nodes.map(({ name }) => name)), presentNodes, signal);
  await deleteAll(api, volumesPath, new Set(volumes.map(({ metadata }) => metadata.name)), presentVolumes, signal);
  const known = new Set(presentVolumes.map(({ metadata }) => metadata.name));
  await Promise.all([
    ...nodes.map(async (node) => {
      const status = nodeStatus(node, gitVersion);
      // A new node takes its status along; only the status endpoint changes it later.
      await api.apply(`${nodesPath}/${node.name}`, { ...nodeObject(node, boot), status: status.status }, signal);
      await api.apply(`${nodesPath}/${node.name}/status`, status, signal);
    }),
    ...volumes
      .filter(({ metadata }) => !known.has(metadata.name))
      .map((volume) => api.create(volumesPath, volume, signal)),
  ]);
}

async function deleteAll(
  api: KubeApi,
  path: string,
  keep: ReadonlySet<string>,
  present: readonly KubeObject[],
  signal?: AbortSignal,
): Promise<void> {
  const superfluous = present.filter(({ metadata }) => !keep.has(metadata.name));
  await Promise.all(superfluous.map(({ metadata }) => api.delete(`${path}/${metadata.name}`, signal)));
}

interface NodeView extends KubeObject {
  readonly spec?: { readonly taints?: readonly { readonly key: string }[] };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo?: { readonly bootID?: string };
  };
}

/** Simulated nodes that cannot take pods yet: not reported in this run of kwok, or still tainted. */
export async function nodesNotReady(
  api: KubeApi,
  boot: string | undefined,
  signal?: AbortSignal,
): Promise<{ total: number; waiting: string[] }> {
  const nodes = await api.list<NodeView>(nodesPath, simulated, signal);
  const ready = ({ spec, status }: NodeView) =>
    status?.nodeInfo?.bootID === boot &&
    (status?.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True") &&
    !(spec?.taints ?? []).some(({ key }) => key.startsWith("node.kubernetes.io/"));
  return { total: nodes.length, waiting: nodes.filter((node) => !ready(node)).map(({ metadata }) => metadata.name) };
}

/** Whether pods are admitted: the controller manager has made the service account that they run as. */
export async function admitsPods(api: KubeApi, signal?: AbortSignal): Promise<boolean> {
  const accounts = await api.list<KubeObject>("/api/v1/namespaces/default/serviceaccounts", undefined, signal);
  return accounts.some(({ metadata }) => metadata.name === "default");
}
