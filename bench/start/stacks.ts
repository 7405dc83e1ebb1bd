import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import type { Sections } from "../../stacks/rehearsal";
import { contexts } from "../../stacks/rehearsal";
import { readDescription } from "../../tooling/rehearsal/description";
import { InstancePaths } from "../../tooling/rehearsal/paths";
import { preparedStacks } from "../preparedStacks";

const root = resolve(__dirname, "../..");

/** The clouds' rows: samples, without a cluster yet. */
const samples = [
  ["`infrastructure`, Azure (AKS)", "samples/azure-aks/Pulumi.infrastructure.yaml"],
  ["`infrastructure`, Google Cloud (GKE)", "samples/gcp-gke/Pulumi.infrastructure.yaml"],
  ["`keys`, Azure", "samples/azure-aks/Pulumi.keys.yaml"],
  ["`keys`, Google Cloud", "samples/gcp-confidential-space/Pulumi.keys.yaml"],
] as const;

/** What a program's process is given. */
export interface StartedStack {
  /** As the engine hands settings over: by full name, structures as JSON text. */
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly kubeconfig: string;
  /** File to write the Kubernetes objects to that the program places, one a line. */
  readonly manifests?: string;
}

/** What it says when all its resources are registered. */
export interface Started {
  /** Milliseconds from the start of the process until the first resource was registered, and until all were. */
  readonly firstResourceMs: number;
  readonly allMs: number;
  /** Bytes of resident memory at the first resource, and at most. */
  readonly firstResourceRss: number;
  readonly peakRss: number;
  readonly resources: number;
}

export interface Stacks {
  /** By title of their row. */
  readonly stacks: ReadonlyMap<string, StartedStack>;
  readonly close: () => void;
}

/**
 * A stack of every role and platform: on bare metal those of the sample factory, with releases, keys and scans as a
 * rehearsal makes them, on clouds the samples'; in a folder that is the caller's to remove.
 */
export async function startedStacks(home: string): Promise<Stacks> {
  process.env.TRUSTFOUNDRY_HOME = home;
  const factory = readDescription(join(root, "Pulumi.rehearsal.yaml"));
  const { provider, trust, trustSecrets, infrastructure, workloads } = await preparedStacks(
    new InstancePaths("start"),
    factory,
  );
  const cluster = await listener(home, [contexts.trust, contexts.provider(provider), contexts.deployer(provider)]);
  const stack = (sections: Sections, secrets: Sections = {}): StartedStack => ({
    settings: settingsOf(sections),
    secrets: settingsOf(secrets),
    kubeconfig: cluster.kubeconfig,
  });
  return {
    stacks: new Map([
      ["`trust`", stack(trust, trustSecrets)],
      ["`infrastructure`, bare metal", stack(infrastructure)],
      ["`workloads`, bare metal", stack(workloads)],
      ...samples.map(([title, path]) => [title, stack(sampleSections(path))] as const),
    ]),
    close: cluster.close,
  };
}

function sampleSections(path: string): Sections {
  const file = parse(readFileSync(join(root, path), "utf8")) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [key.replace(/^trustfoundry:/, ""), value]),
  );
}

export function settingsOf(sections: Sections): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sections)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [`trustfoundry:${key}`, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Something that listens where programs make sure that their cluster does. Nothing is ever said to it. */
export async function listener(
  home: string,
  names: readonly string[],
): Promise<{ kubeconfig: string; close: () => void }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const kubeconfig = join(home, "kubeconfig");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: "none", cluster: { server: `https://127.0.0.1:${port}` } }],
      contexts: names.map((name) => ({ name, context: { cluster: "none" } })),
    }),
  );
  return { kubeconfig, close: () => server.close() };
}
