import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { documentFileName, releaseDigest } from "../../components/workload/release/document";
import { parseAs } from "../../stacks/config/load";
import type { Sections } from "../../stacks/rehearsal";
import { contexts, deriveStacks } from "../../stacks/rehearsal";
import { openRelease } from "../../tooling/commands/release/open";
import { readDescription } from "../../tooling/rehearsal/description";
import { handOver } from "../../tooling/rehearsal/handover";
import { imageScanner } from "../../tooling/rehearsal/imageScanner";
import { ownerKeys } from "../../tooling/rehearsal/ownerKeys";
import { issueReleases } from "../../tooling/rehearsal/ownerReleases";
import { InstancePaths } from "../../tooling/rehearsal/paths";
import { signerPolicy, signingKeys } from "../../tooling/rehearsal/signingKeys";

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
  const paths = new InstancePaths("start");
  const factory = readDescription(join(root, "Pulumi.rehearsal.yaml"));
  const [provider] = factory.providers.map(({ name }) => name);
  if (provider === undefined) throw new Error("the sample factory has no provider");
  const keys = await ownerKeys(paths.party(factory.parties.modelOwner), factory);
  const signers = signingKeys(paths, factory.parties);
  const releases = paths.releases(factory.parties.modelOwner);
  const material = { keyBrokerCa: keys.caCertificate, signers: signerPolicy(signers), releases };
  const now = new Date();
  await issueReleases(parseAs("trust", deriveStacks(factory, material).trust), signers, now);
  const scanner = imageScanner(paths, factory);
  const { trust, providers } = deriveStacks(factory, { ...material, acceptance: scanner.acceptance(releases) });
  const own = providers[provider];
  if (!own) throw new Error(`nothing was derived for ${provider}`);
  const signed = factory.models.map(({ name, providers: places }) => {
    const path = join(releases, documentFileName(name));
    const digest = releaseDigest(openRelease(path).release);
    return [name, { file: readFileSync(path, "utf8"), digest, providers: places }] as const;
  });
  const handover = handOver(Object.fromEntries(signed), provider, paths.inbox(provider), ({ file }) =>
    scanner.attest(provider, file, now),
  );
  const cluster = await listener(home, [contexts.trust, contexts.provider(provider), contexts.deployer(provider)]);
  const stack = (sections: Sections, secrets: Sections = {}): StartedStack => ({
    settings: settingsOf(sections),
    secrets: settingsOf(secrets),
    kubeconfig: cluster.kubeconfig,
  });
  return {
    stacks: new Map([
      ["`trust`", stack(trust, { trustSecrets: keys.secrets })],
      ["`infrastructure`, bare metal", stack(own.infrastructure)],
      ["`workloads`, bare metal", stack(own.workloads(handover))],
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

function settingsOf(sections: Sections): Record<string, string> {
  return Object.fromEntries(
    Object.entries(sections)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [`trustfoundry:${key}`, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Something that listens where programs make sure that their cluster does. Nothing is ever said to it. */
async function listener(home: string, names: readonly string[]): Promise<{ kubeconfig: string; close: () => void }> {
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
