import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { automation } from "@pulumi/pulumi";
import { inject } from "vitest";
import type { TestCluster } from "../cluster";

/** What is in every state of these tests and must not be found in any file. */
export const planted = "planted-0f3c9a51d7";

export interface Wanted {
  readonly prefix: string;
  readonly count: number;
  /** What each ConfigMap holds. */
  readonly value?: string;
  /** What the program waits for before it ends; default: nothing. */
  readonly until?: Promise<unknown>;
}

/** ConfigMaps that hang on each other in fives, and one Secret. */
function place(kubeconfig: string, { prefix, count, value = "1" }: Wanted): void {
  const provider = new k8s.Provider("cluster", { kubeconfig: readFileSync(kubeconfig, "utf8") });
  const opts = { provider };
  const metadata = (name: string) => ({ name, namespace: "default" });
  const name = `${prefix}-secret`;
  new k8s.core.v1.Secret(name, { metadata: metadata(name), stringData: { key: pulumi.secret(planted) } }, opts);
  let former: k8s.core.v1.ConfigMap | undefined;
  for (let index = 0; index < count; index++) {
    const entry = `${prefix}-${index}`;
    const dependsOn = index % 5 > 0 && former ? [former] : [];
    former = new k8s.core.v1.ConfigMap(entry, { metadata: metadata(entry), data: { value } }, { ...opts, dependsOn });
  }
}

/** The stack by the real engine, with whatever backend the environment names. */
export async function stackOf(
  cluster: TestCluster,
  directory: string,
  backend: Readonly<Record<string, string>>,
  wanted: Wanted,
): Promise<automation.Stack> {
  const { binDir, pulumiRoot } = inject("toolchain");
  const kubeconfig = cluster.kubeconfig(cluster.name);
  return automation.LocalWorkspace.createOrSelectStack(
    {
      projectName: "states",
      stackName: wanted.prefix,
      program: async () => {
        place(kubeconfig, wanted);
        await wanted.until;
      },
    },
    {
      workDir: directory,
      pulumiHome: join(directory, "home"),
      pulumiCommand: await automation.PulumiCommand.get({ root: pulumiRoot, skipVersionCheck: true }),
      secretsProvider: "passphrase",
      projectSettings: { name: "states", runtime: "nodejs" },
      envVars: {
        ...backend,
        PATH: `${binDir}:${process.env.PATH ?? ""}`,
        PULUMI_CONFIG_PASSPHRASE: "states",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    },
  );
}

/** Numbers of live engines that work on a stack. */
export function enginesOf(stackName: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        const words = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
        return words[0]?.endsWith("/pulumi") && words.includes("up") && words.includes(stackName);
      } catch {
        return false;
      }
    })
    .map(Number);
}

interface State {
  readonly resources?: Record<string, unknown>[];
  readonly pending_operations?: unknown[];
}

/** A state without what differs between two runs of the same program: times, and what the cluster counts. */
export function comparable(exported: automation.Deployment, prefix: string): unknown {
  const { resources = [], pending_operations: pending = [] } = exported.deployment as State;
  const volatile = /^(uid|resourceVersion|creationTimestamp|time|created|modified|managedFields|__fieldManager)$/;
  const text = JSON.stringify({ resources, pending }, (key, value: unknown) => {
    if (volatile.test(key)) return undefined;
    // Encrypting the same twice gives two texts; names of providers end in a random number.
    if (key === "ciphertext") return "sealed";
    if (typeof value === "string")
      return value.replaceAll(prefix, "stack").replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}/g, "random");
    return value;
  });
  const read = JSON.parse(text) as { resources: { urn: string }[]; pending: unknown[] };
  return { ...read, resources: [...read.resources].sort((a, b) => (a.urn < b.urn ? -1 : 1)) };
}

/** What a state knows of: what is there, and what an engine had begun. */
export function known(exported: automation.Deployment): Set<string> {
  const { resources = [], pending_operations: pending = [] } = exported.deployment as State;
  const begun = pending.map((operation) => (operation as { resource: { urn: string } }).resource.urn);
  return new Set([...resources.map(({ urn }) => String(urn)), ...begun]);
}
