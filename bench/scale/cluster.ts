import { setTimeout as wait } from "node:timers/promises";
import type { KubeApi } from "../../tooling/controlplane/api";

interface DeploymentView {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number; readonly observedGeneration?: number };
  readonly metadata: { readonly generation?: number };
}

const lookEveryMilliseconds = 1000;

/** Waits until that many Deployments have all their replicas ready. */
export async function untilReady(api: KubeApi, namespace: string, count: number, signal?: AbortSignal): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await until(async () => {
    const all = await api.list<DeploymentView>(path, undefined, signal);
    return all.length === count && all.every(isReady);
  }, signal);
}

function isReady({ spec, status, metadata }: DeploymentView): boolean {
  return (status?.readyReplicas ?? 0) === (spec.replicas ?? 1) && status?.observedGeneration === metadata.generation;
}

/** Waits until nothing of the workloads is left, pods and their volume claims among it. */
export async function untilEmpty(api: KubeApi, namespace: string, signal?: AbortSignal): Promise<void> {
  const kinds = [
    "apis/apps/v1|deployments",
    "apis/apps/v1|replicasets",
    "api/v1|pods",
    "api/v1|persistentvolumeclaims",
  ];
  for (const kind of kinds) {
    const [group, plural] = kind.split("|");
    const path = `/${group}/namespaces/${namespace}/${plural}`;
    await until(async () => (await api.list(path, undefined, signal)).length === 0, signal);
  }
}

async function until(isSo: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
  while (!(await isSo())) await wait(lookEveryMilliseconds, undefined, { signal });
}
