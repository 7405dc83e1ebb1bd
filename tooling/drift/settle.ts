import type { KubeApi } from "../controlplane/api";
import { ApiError, poll } from "../controlplane/api";
import type { Tree } from "./tree";
import { isTree } from "./tree";

/** Deployments that controllers are still at work on. */
export interface Settling {
  readonly api: KubeApi;
  readonly namespace: string | undefined;
}

/** How long controllers are waited for; whatever is not ready then shows at the next look. */
const settleMilliseconds = 60_000;

/** Waits until controllers have seen what was put back, or have done it. */
export async function untilSettled(
  { api, namespace }: Settling,
  what: "observed" | "available",
  signal?: AbortSignal,
): Promise<void> {
  await poll(
    async () => {
      const all = await api.list<Tree>(`/apis/apps/v1/namespaces/${namespace}/deployments`, undefined, signal);
      return all.every((each) => isSettled(each, what)) || undefined;
    },
    { everyMilliseconds: 250, timeoutMilliseconds: settleMilliseconds, ...(signal && { signal }) },
  ).catch((error: unknown) => {
    // Who may not list them cannot wait for them.
    if (!(error instanceof ApiError)) throw error;
  });
}

function isSettled({ metadata, spec, status }: Tree, what: "observed" | "available"): boolean {
  const [of, wanted, is] = [metadata, spec, status].map((part) => (isTree(part) ? part : {})) as [Tree, Tree, Tree];
  if (is.observedGeneration !== of.generation) return false;
  const count = (value: unknown) => Number(value ?? 0);
  return (
    what === "observed" ||
    [is.replicas, is.updatedReplicas, is.availableReplicas].every((each) => count(each) === count(wanted.replicas))
  );
}
