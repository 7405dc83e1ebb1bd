import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { UserError } from "../ui";
import { KubeApi, poll } from "./api";
import { commands, serverUrl } from "./commands";
import { admitsPods, applyNodes, applyStages, nodesNotReady } from "./content";
import type { ControlPlane, ControlPlaneArgs } from "./controlPlane";
import type { Launcher } from "./launcher";
import { PortConflict } from "./launcher";
import type { Layout } from "./layout";
import { lastLines, logTail } from "./logs";
import { writeKubeconfigs } from "./material";
import type { Prepared } from "./material";
import type { Ports } from "./ports";
import { baseStages } from "./stages";
import { programs } from "./state";
import type { Program } from "./state";

/** One attempt to start a control plane. */
export interface Start {
  readonly args: ControlPlaneArgs;
  readonly layout: Layout;
  readonly prepared: Prepared;
  readonly launcher: Launcher;
}

/** How long a cold, busy machine may take for one step; a warm start takes seconds in all. */
const stepMilliseconds = 180_000;
/** How much later than its connections a process's end may be seen. */
const deathNoticeMilliseconds = 300;

/** Starts, on these ports, the programs that do not run, and waits until nodes are Ready and pods are admitted. */
export async function startOn(start: Start, ports: Ports): Promise<ControlPlane> {
  const { args, layout, prepared, launcher } = start;
  const { name, signal, onProgress } = args;
  const server = serverUrl(ports);
  writeKubeconfigs(layout, name, prepared, server);
  const api = administrator(prepared, server);
  try {
    onProgress?.("starting etcd and the API server");
    await run(start, ports, "etcd", "kube-apiserver");
    await until(start, "the API server", ["etcd", "kube-apiserver"], () => api.isReady(signal));
    onProgress?.("starting controllers, scheduler and simulated nodes");
    const [, kwokIsNew] = await Promise.all([
      run(start, ports, "kube-controller-manager", "kube-scheduler"),
      applyStages(api, args.stages ?? baseStages({ nodes: args.nodes.length }), signal).then(() =>
        run(start, ports, "kwok"),
      ),
    ]);
    const boot = (kwokIsNew ? undefined : launcher.state.state.boot) ?? randomUUID();
    launcher.state.update({ boot });
    await applyNodes(api, args.nodes, boot, signal);
    await until(
      start,
      "the nodes",
      programs,
      async () => (await nodesNotReady(api, boot, signal)).waiting.length === 0 && admitsPods(api, signal),
    );
    onProgress?.("running");
  } catch (error) {
    api.close();
    if (signal?.aborted || error instanceof UserError || error instanceof PortConflict) throw error;
    // A request that failed because its server died says less than the server's own log.
    await wait(deathNoticeMilliseconds);
    launcher.check(launcher.recorded());
    throw error;
  }
  return {
    name,
    server,
    caCertificate: prepared.material.clusterCa.certificate,
    kubeconfig: (context) => layout.kubeconfig(context),
    api,
    undo: () => launcher.stopStarted(),
  };
}

export function administrator({ material, admin }: Pick<Prepared, "material" | "admin">, server: string): KubeApi {
  return new KubeApi({
    server,
    caCertificate: material.clusterCa.certificate,
    certificate: admin.certificate,
    privateKey: admin.privateKey,
  });
}

/** Returns whether any of the programs was started, for it did not run yet. */
async function run({ args, layout, prepared, launcher }: Start, ports: Ports, ...wanted: Program[]): Promise<boolean> {
  const all = commands(layout, prepared.material, ports, args.bin, args);
  let started = false;
  for (const program of wanted) {
    args.signal?.throwIfAborted();
    if ((await launcher.ensure(all[program])) === "started") started = true;
  }
  return started;
}

/** Waits for something as long as all that should run does run. */
async function until(
  start: Start,
  what: string,
  expected: readonly Program[],
  isSo: () => Promise<boolean>,
): Promise<void> {
  const { args, layout, launcher } = start;
  args.onProgress?.(`waiting for ${what}`);
  const attempt = async () => {
    launcher.check(expected);
    return (await isSo()) || undefined;
  };
  if (await poll(attempt, { timeoutMilliseconds: stepMilliseconds, signal: args.signal })) return;
  const culprit = expected.at(-1) ?? "etcd";
  const last = lastLines(logTail(layout.log(culprit)), 6);
  throw new UserError(
    `The control plane ${args.name} still waited for ${what} after ${stepMilliseconds / 1000} s. Last lines of ${culprit}:\n${last}`,
    `All logs: ${layout.logs}`,
  );
}
