import { execa } from "execa";
import { UserError } from "../ui";
import type { InstallPlan, PatchStep, Subscription } from "./installPlans";

/** What the commands for OpenShift ask of a cluster. */
export interface OlmCluster {
  /** Subscriptions that our programs made, of all namespaces. */
  readonly subscriptions: () => Promise<readonly Subscription[]>;
  readonly installPlans: () => Promise<readonly InstallPlan[]>;
  readonly patchInstallPlan: (namespace: string, name: string, steps: readonly PatchStep[]) => Promise<void>;
}

const clients = ["oc", "kubectl"] as const;

/** The cluster of a kubeconfig's context, by the client that its owner logs in with: `oc`, else `kubectl`. */
export function clusterOf(context: string, signal: AbortSignal): OlmCluster {
  const run = (...args: readonly string[]) => clientOutput(["--context", context, ...args], signal);
  const list = async <T>(kind: string, ...selector: readonly string[]) =>
    (JSON.parse(await run("get", kind, "--all-namespaces", "-o", "json", ...selector)) as { items: T[] }).items;
  return {
    subscriptions: () =>
      list<Subscription>("subscriptions.operators.coreos.com", "-l", "app.kubernetes.io/managed-by=trustfoundry"),
    installPlans: () => list<InstallPlan>("installplans.operators.coreos.com"),
    patchInstallPlan: async (namespace, name, steps) => {
      const patch = ["--type=json", "-p", JSON.stringify(steps)];
      await run("patch", "installplans.operators.coreos.com", name, "-n", namespace, ...patch);
    },
  };
}

async function clientOutput(args: readonly string[], signal: AbortSignal): Promise<string> {
  for (const client of clients) {
    // Without a program of this name there is a code, and no exit code.
    const result = (await execa(client, args, { reject: false, signal })) as ClientResult;
    signal.throwIfAborted();
    if (result.code === "ENOENT") continue;
    if (result.exitCode === 0) return result.stdout;
    const lines = result.stderr.split("\n").filter((line) => line !== "");
    throw new UserError(`${client} could not: ${args.slice(2, 4).join(" ")}.`, undefined, lines.slice(-3));
  }
  throw new UserError("Neither oc nor kubectl is on PATH; install the client that you log in to the cluster with.");
}

interface ClientResult {
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly code?: string;
}
