import type { ClusterStatus } from "../controlplane/status";
import { instanceStatus } from "../controlplane/status";
import { openCluster } from "../controlplane/access";
import { contexts } from "../../stacks/rehearsal";
import { readRecord } from "./instance";
import { lostProviders } from "./lost";
import type { Observation } from "./observe";
import { observe } from "./observe";
import type { InstancePaths } from "./paths";

export interface RehearsalStatus {
  readonly clusters: readonly ClusterStatus[];
  /** Providers that are gone for good. */
  readonly lost: readonly string[];
  /** By provider; those whose cluster does not answer are left out. */
  readonly observations: Readonly<Record<string, Observation>>;
}

/** How a rehearsal is: asks processes and API servers, changes nothing. Undefined where there is none. */
export async function status(paths: InstancePaths, signal: AbortSignal): Promise<RehearsalStatus | undefined> {
  const record = readRecord(paths);
  if (!record) return undefined;
  const clusters = await instanceStatus({ directory: paths.controlPlanes });
  const observations: Record<string, Observation> = {};
  for (const { name } of record.factory.providers) {
    const cluster = contexts.provider(name);
    if (clusters.find((other) => other.name === cluster)?.state !== "running") continue;
    const api = openCluster(paths.controlPlanes, cluster);
    if (!api) continue;
    try {
      observations[name] = await observe(api, record.factory.parties.modelOwner, signal);
    } finally {
      api.close();
    }
  }
  return { clusters, lost: lostProviders(paths), observations };
}
