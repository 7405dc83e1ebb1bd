import type { KubeObject } from "../../../tooling/controlplane/api";
import type { Actor } from "../../acceptance/partners/partnerCase";
import type { TestCluster } from "../../acceptance/cluster";
import { condition, listed, loop, setStatus } from "./loop";
import type { Live } from "./loop";

const api = "/apis/machineconfiguration.openshift.io/v1";
const roleLabel = "machineconfiguration.openshift.io/role";

/** Pools that a cluster has from the beginning, for a case's `objects`. */
export const initialPools = ["master", "worker"].map(
  (pool) => [`${api}/machineconfigpools/${pool}`, poolObject(pool, [pool])] as const,
);

/** A MachineConfigPool that takes MachineConfigs of these roles. */
export function poolObject(pool: string, roles: readonly string[]): KubeObject {
  return {
    apiVersion: "machineconfiguration.openshift.io/v1",
    kind: "MachineConfigPool",
    metadata: { name: pool, labels: { [`pools.operator.machineconfiguration.openshift.io/${pool}`]: "" } },
    spec: { machineConfigSelector: { matchExpressions: [{ key: roleLabel, operator: "In", values: roles }] } },
  } as KubeObject;
}

interface Pool extends Omit<Live, "spec"> {
  readonly spec: { readonly machineConfigSelector: { readonly matchExpressions: readonly { values: string[] }[] } };
}

/**
 * SIMULATED Machine Config Operator: renders KubeletConfigs, refuses those with feature gates as the real one does, and
 * rolls a pool's MachineConfigs out: one round in which the pool is updating, then all machines have them.
 */
export function machineConfigOperator({ api: cluster }: TestCluster): Actor {
  return loop("machine-config-operator", async () => {
    for (const kubelet of await listed<Live>(cluster, `${api}/kubeletconfigs`)) {
      const gates = (kubelet.spec as { kubeletConfig?: { featureGates?: object } }).kubeletConfig?.featureGates;
      const conditions = [gates ? condition("Failure", "False") : condition("Success", "True")];
      const status = { conditions, observedGeneration: kubelet.metadata.generation };
      await setStatus(cluster, `${api}/kubeletconfigs/${kubelet.metadata.name}`, kubelet, status);
    }
    const configs = await cluster.list<KubeObject>(`${api}/machineconfigs`);
    for (const pool of await cluster.list<Pool>(`${api}/machineconfigpools`)) {
      const roles = pool.spec.machineConfigSelector.matchExpressions.flatMap(({ values }) => values);
      const source = configs
        .filter(({ metadata }) => roles.includes(metadata.labels?.[roleLabel] ?? ""))
        .map(({ metadata }) => ({ name: metadata.name }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      await rollOut(pool as unknown as Live, source);
    }
  });

  async function rollOut(pool: Live, source: readonly { name: string }[]): Promise<void> {
    const place = `${api}/machineconfigpools/${pool.metadata.name}`;
    const status = (pool.status ?? {}) as { target?: object; configuration?: { source?: object }; conditions?: object };
    const target = JSON.stringify(source);
    const [seen, there] = [JSON.stringify(status.target), JSON.stringify(status.configuration?.source)];
    if (seen !== target) {
      const conditions = [condition("Updated", "False"), condition("Updating", "True"), condition("Degraded", "False")];
      await setStatus(cluster, place, pool, { target: source, conditions });
    } else if (there !== target) {
      const conditions = [condition("Updated", "True"), condition("Updating", "False"), condition("Degraded", "False")];
      const generation = { observedGeneration: pool.metadata.generation };
      await setStatus(cluster, place, pool, { ...generation, configuration: { name: "rendered", source }, conditions });
    }
  }
}
