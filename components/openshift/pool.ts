import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { canonicalJson, sha256 } from "../names";
import type { HostPool, MachineConfig } from "./machineConfigs";
import { waitFor } from "./waiting";

export const machineApi = "machineconfiguration.openshift.io/v1";

/** Pool that the sandboxed containers operator makes of confidential workers; on a master pool there is none of its own. */
export const kataPool = "kata-oc";

/** Label by which other objects select a pool. */
export const poolLabel = (pool: string): Record<string, string> => ({
  [`pools.operator.machineconfiguration.openshift.io/${pool}`]: "",
});

/** Label that puts a MachineConfig into a pool. */
export const roleLabel = (pool: HostPool): Record<string, string> => ({
  "machineconfiguration.openshift.io/role": pool,
});

export interface PoolWaitArgs {
  readonly pool: string;
  /** What has to have arrived on all of the pool's machines; their names tell their content. */
  readonly machineConfigs: readonly MachineConfig[];
  /** Seconds until the wait fails: each machine restarts, which takes 10 to 30 minutes. */
  readonly timeoutSeconds: number;
}

/**
 * Waits until a MachineConfigPool that others made runs these MachineConfigs on all of its machines. It adds two
 * annotations to the pool, which make the Kubernetes provider watch it, and takes them away again when it goes.
 * `status.configuration` becomes the new configuration when the last machine has it.
 *
 * Source: openshift/machine-config-operator docs/MachineConfigController.md; pkg/controller/node/status.go.
 */
export function awaitPool(
  parent: pulumi.ComponentResource,
  name: string,
  { pool, machineConfigs, timeoutSeconds }: PoolWaitArgs,
  dependsOn: pulumi.Resource[],
): pulumi.Resource {
  const names = machineConfigs.map((config) => config.name);
  const timeout = `${timeoutSeconds}s`;
  return new k8s.apiextensions.CustomResourcePatch(
    name,
    {
      apiVersion: machineApi,
      kind: "MachineConfigPool",
      metadata: {
        name: pool,
        annotations: {
          // A change of what is waited for is a change of the patch: otherwise nobody would look again.
          "trustfoundry.dev/machine-configs": sha256(canonicalJson(names)),
          ...waitFor(
            "condition=Updated",
            ...names.map((config) => `jsonpath={.status.configuration.source[?@.name == '${config}']}`),
          ),
        },
      },
    },
    { parent, dependsOn, customTimeouts: { create: timeout, update: timeout } },
  );
}
