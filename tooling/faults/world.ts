import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { documentFileName } from "../../components/workload/release/document";
import { releaseDigest } from "../../components/workload/release/document";
import type { Factory } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import type { DerivedStacks, Handover } from "../../stacks/rehearsal";
import { contexts, deriveStacks } from "../../stacks/rehearsal";
import { openRelease } from "../commands/release/open";
import { ApiError, KubeApi, poll } from "../controlplane/api";
import { writePrivate } from "../controlplane/files";
import { instanceDestroy, instanceUp } from "../controlplane/instance";
import { Authority } from "../controlplane/pki";
import { loopback } from "../controlplane/ports";
import { gpuNode, plainNode } from "../controlplane/simulatedNodes";
import { policyPack } from "../rehearsal/deploy";
import { handOver } from "../rehearsal/handover";
import type { OwnerKeys } from "../rehearsal/ownerKeys";
import { ownerKeys } from "../rehearsal/ownerKeys";
import { issueReleases } from "../rehearsal/ownerReleases";
import { InstancePaths } from "../rehearsal/paths";
import { signerPolicy, signingKeys } from "../rehearsal/signingKeys";
import type { StackSettings } from "../rehearsal/stackRunner";
import { changedFactory, smallFactory } from "./factories";
import { FaultyProxy } from "./proxy";

export const stackKinds = ["trust", "infrastructure", "workloads"] as const;
export type StackKind = (typeof stackKinds)[number];

/** The factory as it is first, and as it is after a change. */
export const versions = ["first", "changed"] as const;
export type Version = (typeof versions)[number];

const clusterName = "faults";
const account = { namespace: "kube-system", name: "faults" } as const;

export interface WorldArgs {
  readonly toolchain: { readonly binDir: string; readonly pulumiRoot: string };
  readonly signal?: AbortSignal;
}

/**
 * One control plane for all rounds, the proxy before it, and three parties with their keys: what a rehearsal is made of,
 * in a size that lets a round take seconds.
 */
export class World {
  private constructor(
    readonly directory: string,
    readonly args: WorldArgs,
    readonly paths: InstancePaths,
    readonly factory: Factory,
    readonly keys: OwnerKeys,
    readonly proxy: FaultyProxy,
    private running: { api: KubeApi; server: string; kubeconfig: string },
    private readonly derived: Readonly<Record<Version, { stacks: DerivedStacks; handover: Handover }>>,
  ) {}

  static async start(args: WorldArgs): Promise<World> {
    const directory = mkdtempSync(join(tmpdir(), "trustfoundry-faults-"));
    process.env.TRUSTFOUNDRY_HOME = directory;
    const paths = new InstancePaths(clusterName);
    try {
      const factory = smallFactory();
      const running = await startCluster(paths, factory, args);
      const keys = await ownerKeys(paths.party(factory.parties.modelOwner), factory);
      const derived = await deriveBoth(paths, keys);
      const proxy = await startProxy(paths, () => world.running.server, running.caCertificate);
      const world: World = new World(directory, args, paths, factory, keys, proxy, running, derived);
      await world.writeKubeconfig();
      return world;
    } catch (error) {
      await instanceDestroy({ directory: paths.controlPlanes });
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** With the administrator's credentials, past the proxy. */
  get api(): KubeApi {
    return this.running.api;
  }

  /** The administrator's own credentials, past the proxy. */
  get adminKubeconfig(): string {
    return this.running.kubeconfig;
  }

  /** What stacks are run with: through the proxy, by a token. */
  get kubeconfig(): string {
    return join(this.directory, "kubeconfig");
  }

  /** A directory of this world's own, outside of what parties keep. */
  scratch(name: string): string {
    const path = join(this.directory, "scratch", name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  stackDirectory(kind: StackKind): string {
    const { modelOwner } = this.factory.parties;
    const party = kind === "trust" ? modelOwner : this.provider;
    return this.paths.stack(party, `${party}-${kind}`);
  }

  get provider(): string {
    const [provider] = this.factory.providers;
    if (!provider) throw new Error("the factory has no provider");
    return provider.name;
  }

  /** What a stack is run with; `packs` only where they are the point, since they take their time. */
  settings(kind: StackKind, version: Version, { packs = false } = {}): StackSettings {
    const { stacks, handover } = this.derived[version];
    const own = stacks.providers[this.provider];
    if (!own) throw new Error("nothing was derived for the provider");
    const directory = this.stackDirectory(kind);
    const party = kind === "trust" ? this.factory.parties.modelOwner : this.provider;
    const { binDir, pulumiRoot } = this.args.toolchain;
    return {
      place: {
        stackName: `${party}-${kind}`,
        party,
        directory,
        passphraseFile: join(directory, "passphrase"),
        kubeconfig: this.kubeconfig,
      },
      engine: { binDir, pulumiRoot },
      config:
        kind === "trust" ? stacks.trust : kind === "infrastructure" ? own.infrastructure : own.workloads(handover),
      ...(kind === "trust" && { secrets: { trustSecrets: this.keys.secrets } }),
      policyPacks: packs ? [policyPack] : [],
    };
  }

  /** Starts what was killed of the control plane, by its own code; the API server may be found elsewhere afterwards. */
  async restartCluster(): Promise<void> {
    this.running.api.close();
    this.running = await startCluster(this.paths, this.factory, this.args);
  }

  /** Issues a new token for the stacks, for the proxy's address. */
  async writeKubeconfig(): Promise<void> {
    await grantAdministrator(this.api);
    const token = await issueToken(this.api);
    const ca = readFileSync(join(this.directory, "proxy", "ca.crt"), "utf8");
    writeKubeconfig(
      this.kubeconfig,
      [contexts.trust, contexts.provider(this.provider), contexts.deployer(this.provider)],
      {
        server: this.proxy.url,
        ca,
        user: { token },
      },
    );
  }

  async close(): Promise<void> {
    await this.proxy.close();
    this.running.api.close();
    await instanceDestroy({ directory: this.paths.controlPlanes });
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Writes credentials of one user under every context that the stacks name. */
export function writeKubeconfig(
  file: string,
  names: readonly string[],
  { server, ca, user }: { server: string; ca: string; user: Readonly<Record<string, string>> },
): void {
  const cluster = { server, "certificate-authority-data": Buffer.from(ca).toString("base64") };
  writePrivate(
    file,
    stringify(
      {
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "cluster", cluster }],
        users: [{ name: "user", user }],
        contexts: names.map((name) => ({ name, context: { cluster: "cluster", user: "user" } })),
        "current-context": names[0],
      },
      { lineWidth: 0 },
    ),
  );
}

async function startCluster(paths: InstancePaths, factory: Factory, { toolchain, signal }: WorldArgs) {
  const hosts = factory.providers.flatMap((provider) => provider.hosts);
  const [controlPlane] = await instanceUp({
    directory: paths.controlPlanes,
    bin: (tool) => join(toolchain.binDir, tool),
    clusters: [{ name: clusterName, nodes: [plainNode("trust-1", 16, 64), ...hosts.map(gpuNode)] }],
    signal,
  });
  if (!controlPlane) throw new Error("no control plane came up");
  return { ...controlPlane, kubeconfig: controlPlane.kubeconfig(clusterName) };
}

async function startProxy(paths: InstancePaths, server: () => string, serverCa: string): Promise<FaultyProxy> {
  const directory = join(paths.root, "..", "proxy");
  const authority = await Authority.open(directory, "faulty proxy CA (SIMULATED)");
  const { certificate, privateKey } = await authority.issueServer("proxy", {
    commonName: "faulty proxy",
    dnsNames: ["localhost"],
    addresses: [loopback],
  });
  return FaultyProxy.start({ server, serverCa, certificate, privateKey });
}

/** Releases of both versions, each in a directory of its own: going to and fro signs nothing anew. */
async function deriveBoth(paths: InstancePaths, keys: OwnerKeys) {
  const signing = signingKeys(paths, smallFactory().parties);
  const derive = async (factory: Factory, releases: string) => {
    const material = { keyBrokerCa: keys.caCertificate, signers: signerPolicy(signing), releases };
    await issueReleases(parseAs("trust", deriveStacks(factory, material).trust), signing, new Date());
    const signed = factory.models.map(({ name, providers }) => {
      const path = join(releases, documentFileName(name));
      return [
        name,
        { file: readFileSync(path, "utf8"), digest: releaseDigest(openRelease(path).release), providers },
      ] as const;
    });
    const [provider] = factory.providers;
    const handover = handOver(Object.fromEntries(signed), provider?.name ?? "", `${releases}-inbox`);
    return { stacks: deriveStacks(factory, material), handover };
  };
  const releases = paths.releases(smallFactory().parties.modelOwner);
  const first = await derive(smallFactory(), `${releases}-first`);
  if (existsSync(`${releases}-first`)) cpSync(`${releases}-first`, `${releases}-changed`, { recursive: true });
  return { first, changed: await derive(changedFactory(), `${releases}-changed`) };
}

const role = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/faults";

async function grantAdministrator(api: KubeApi): Promise<void> {
  const { namespace, name } = account;
  await api.apply(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}`, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace },
  });
  const binding = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  };
  await api.apply(role, binding);
}

/** A token of the stacks' account, as the real API server issues them. */
async function issueToken(api: KubeApi): Promise<string> {
  const { namespace, name } = account;
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 86_400 } };
  const answer = JSON.parse(await api.send({ method: "POST", path, body })) as { status: { token: string } };
  return answer.status.token;
}

/** Takes the account away that the stacks' token speaks for, and waits until the real API server has noticed. */
export async function revokeToken({ api, adminKubeconfig, kubeconfig }: World): Promise<void> {
  await api.delete(`/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}`);
  const read = (file: string) =>
    parse(readFileSync(file, "utf8")) as {
      clusters: { cluster: { "certificate-authority-data": string } }[];
      users: { user: { token?: string } }[];
    };
  const ca = read(adminKubeconfig).clusters[0]?.cluster["certificate-authority-data"] ?? "";
  const bearerToken = read(kubeconfig).users[0]?.user.token;
  const caCertificate = Buffer.from(ca, "base64").toString();
  const client = new KubeApi({ server: api.server, caCertificate, bearerToken });
  try {
    // It remembers for a while that a token was good.
    const refused = async () =>
      client.get("/api").then(
        () => undefined,
        (error: unknown) => (error instanceof ApiError && error.status === 401) || undefined,
      );
    if (!(await poll(refused, { timeoutMilliseconds: 60_000 }))) throw new Error("the token is still good");
  } finally {
    client.close();
  }
}
