import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import type { KubeObject } from "../../tooling/controlplane/api";
import { ApiError, poll } from "../../tooling/controlplane/api";
import type { ControllerOptions } from "../../tooling/controlplane/commands";
import type { ControlPlane } from "../../tooling/controlplane/controlPlane";
import { instanceDestroy, instanceUp } from "../../tooling/controlplane/instance";
import type { SimulatedNode } from "../../tooling/controlplane/simulatedNodes";

// Tests that bring a cluster of their own drive stacks on it, and interrupt none: the engine's file backend writes its
// whole state anew after each resource, which takes longer than the resources. The rehearsal's tests keep it so.
Object.assign(process.env, { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" });

export interface TestCluster extends ControlPlane {
  /** Scratch directory of the cluster and its tests. */
  readonly directory: string;
  readonly destroy: () => Promise<void>;
}

/** A control plane of a test's own: real etcd, API server, controllers, scheduler and kwok, on free ports. */
export async function startCluster(
  name: string,
  nodes: readonly SimulatedNode[] = [],
  options: ControllerOptions = {},
): Promise<TestCluster> {
  const directory = mkdtempSync(join(tmpdir(), `acceptance-${name}-`));
  const instance = join(directory, "control-planes");
  const { binDir } = inject("toolchain");
  const [controlPlane] = await instanceUp({
    directory: instance,
    bin: (tool) => join(binDir, tool),
    clusters: [{ name, nodes, ...options }],
  });
  if (!controlPlane) throw new Error("no control plane came up");
  return {
    ...controlPlane,
    directory,
    destroy: async () => {
      controlPlane.api.close();
      await instanceDestroy({ directory: instance });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A CustomResourceDefinition, as far as it says where its objects are. */
export interface Definition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
}

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Installs a CustomResourceDefinition by strict validation, and waits until its objects can be made. */
export async function installDefinition({ api }: TestCluster, definition: Definition): Promise<void> {
  await api.apply(`${definitions}/${definition.metadata.name}`, definition);
  const { group, names, versions } = definition.spec;
  const path = `/apis/${group}/${versions[0]?.name}/${names.plural}`;
  const served = await poll(() => api.list(path).catch(notYet), { timeoutMilliseconds: 30_000 });
  if (!served) throw new Error(`${definition.metadata.name} is not served`);
}

/** Removes a definition with all its objects, and waits until it is gone. */
export async function removeDefinition({ api }: TestCluster, name: string): Promise<void> {
  await api.delete(`${definitions}/${name}`);
  await poll(() => api.get(`${definitions}/${name}`).then(() => undefined, gone), { timeoutMilliseconds: 30_000 });
}

/** Not there yet, or its storage is still being made ready. */
function notYet(error: unknown): undefined {
  if (error instanceof ApiError && [404, 429, 503].includes(error.status)) return undefined;
  throw error;
}

function gone(error: unknown): true {
  if (error instanceof ApiError && error.status === 404) return true;
  throw error;
}
