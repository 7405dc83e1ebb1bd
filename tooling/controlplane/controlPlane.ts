import { setMaxListeners } from "node:events";
import { mkdirSync, realpathSync } from "node:fs";
import { UserError } from "../ui";
import type { KubeApi } from "./api";
import { Launcher, PortConflict } from "./launcher";
import type { ControllerOptions } from "./commands";
import { Layout } from "./layout";
import { prepareMaterial } from "./material";
import type { ClusterUser } from "./material";
import { choosePorts, portTaken } from "./ports";
import type { Ports } from "./ports";
import type { SimulatedNode } from "./simulatedNodes";
import type { Stage } from "./stages";
import { startOn } from "./start";
import type { Start } from "./start";
import { StateFile } from "./state";

export interface ControlPlaneArgs extends ControllerOptions {
  /** Name of the cluster, and of the administrator's context. */
  readonly name: string;
  /** Directory of this cluster alone: keys, configuration, data, logs. */
  readonly directory: string;
  /** Absolute path of a program of the toolchain. */
  readonly bin: (tool: string) => string;
  readonly nodes: readonly SimulatedNode[];
  /** Users besides the administrator. Each has a kubeconfig; rights are given by RBAC objects, not here. */
  readonly users?: readonly ClusterUser[];
  /** Default: the base stages of tooling/rehearsal/stages. */
  readonly stages?: readonly Stage[];
  /** Port of the API server. Default: the one of the last start, or a free one. */
  readonly port?: number;
  readonly signal?: AbortSignal;
  /** Told what is being done now, in a few words. */
  readonly onProgress?: (step: string) => void;
}

/** A control plane that runs, with its credentials. */
export interface ControlPlane {
  readonly name: string;
  readonly server: string;
  readonly caCertificate: string;
  /** Path of the kubeconfig of a context: the administrator's is the cluster's name. */
  readonly kubeconfig: (context: string) => string;
  /** Client with the administrator's credentials; close it when done. */
  readonly api: KubeApi;
  /** Stops what this command has started; called when another control plane of the instance could not start. */
  readonly undo: () => Promise<void>;
}

const portAttempts = 5;

/**
 * Starts what is not running of a control plane and brings its nodes and stages up to date. Returns when nodes are Ready
 * and pods are admitted. When it fails or is aborted, all that it started is stopped again.
 */
export async function createControlPlane(args: ControlPlaneArgs): Promise<ControlPlane> {
  // Each request under way listens to it: far more than the ten that Node takes for a leak.
  if (args.signal) setMaxListeners(0, args.signal);
  mkdirSync(args.directory, { recursive: true, mode: 0o700 });
  // Processes are recognised by the paths in their command lines.
  const layout = new Layout(realpathSync(args.directory));
  const prepared = await prepareMaterial(layout, args.name, args.users ?? []);
  const launcher = new Launcher(layout, args.name, new StateFile(layout.directory, args.name));
  try {
    return await withPorts({ args, layout, prepared, launcher });
  } catch (error) {
    await launcher.stopStarted();
    throw error;
  }
}

/** Starts again on other ports when another process was faster in taking one. */
async function withPorts(start: Start): Promise<ControlPlane> {
  const { args, launcher } = start;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOn(start, await settlePorts(start, attempt === 1));
    } catch (error) {
      if (!(error instanceof PortConflict)) throw error;
      await launcher.stopAll();
      if (args.port !== undefined) throw await portTaken(args.port, args.name);
      if (attempt === portAttempts)
        throw new UserError(`No free port was found for the control plane ${args.name} in ${portAttempts} attempts.`);
    }
  }
}

/** Keeps the ports of a store and a server that run on them; else stops everything and chooses. */
async function settlePorts({ args, launcher }: Start, reuse: boolean): Promise<Ports> {
  const { ports } = launcher.state.state;
  const wanted = ports && (args.port === undefined || args.port === ports.api);
  if (reuse && wanted && launcher.runs("etcd") && launcher.runs("kube-apiserver")) return ports;
  await launcher.stopAll();
  const chosen = await choosePorts(reuse ? ports : undefined, args.port, args.name);
  launcher.state.update({ ports: chosen });
  return chosen;
}
