import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseAs } from "../../stacks/config/load";
import { contexts } from "../../stacks/rehearsal";
import { instanceDestroy, instanceUp } from "../../tooling/controlplane/instance";
import type { ControlPlane } from "../../tooling/controlplane/controlPlane";
import { policyPack } from "../../tooling/rehearsal/deploy";
import { clustersOf, stacksOf } from "../../tooling/rehearsal/instance";
import { InstancePaths } from "../../tooling/rehearsal/paths";
import { StackProcess } from "../../tooling/rehearsal/stackProcess";
import type { Toolchain } from "../../tooling/toolchain/ensure";
import type { PreparedStacks } from "../preparedStacks";
import { preparedStacks } from "../preparedStacks";
import { untilEmpty, untilReady } from "./cluster";
import { hostsFor, largeFactory, withChange } from "./factory";
import { manifestsOf, writeList } from "./manifests";
import type { Cost } from "./meter";
import { measured } from "./meter";
import type { Edition, Variant } from "./variants";
import { engineVariant, kubectlVariant } from "./variants";

/** What is done to a factory's workloads, in this order. */
export const operations = ["first", "again", "preview", "preview with packs", "change", "remove"] as const;
export type Operation = (typeof operations)[number];

export interface Measurement {
  readonly workloads: number;
  readonly hosts: number;
  readonly variant: string;
  readonly operation: Operation;
  readonly cost: Cost;
}

export interface SizeResult {
  readonly workloads: number;
  readonly hosts: number;
  readonly measurements: readonly Measurement[];
  /** By variant, when everything was placed. */
  readonly resources: Readonly<Record<string, number>>;
  readonly stateBytes: Readonly<Record<string, number>>;
}

/** Ways of running the engine: variables that it is given. */
export interface EngineMode {
  readonly title: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface ScaleArgs {
  readonly workloads: number;
  readonly hosts?: number;
  readonly home: string;
  readonly toolchain: Toolchain;
  readonly modes: readonly EngineMode[];
  readonly rounds: number;
  readonly signal: AbortSignal;
  readonly show: (line: string) => void;
}

interface Scene {
  readonly args: ScaleArgs;
  readonly variants: readonly Variant[];
  readonly cluster: ControlPlane;
  readonly namespace: string;
}

/**
 * One size of factory on a control plane of its own: what its workloads cost by the engine in each of its modes, and by
 * kubectl. Variants take turns, operation after operation, and each begins on a cluster that the others have left empty.
 */
export async function measureSize(args: ScaleArgs): Promise<SizeResult> {
  const { workloads, home, toolchain, signal, show } = args;
  const hosts = args.hosts ?? hostsFor(workloads);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  process.env.TRUSTFOUNDRY_HOME = home;
  const paths = new InstancePaths("scale");
  const description = largeFactory({ workloads, hosts });
  const factory = parseAs("rehearsal", description);
  show(`${workloads} workloads: keys, releases, scans`);
  const base = await preparedStacks(paths, factory);
  const changedFactory = parseAs("rehearsal", withChange(description));
  const changed = await preparedStacks(paths, changedFactory, join(paths.root, "inbox-changed"));
  const providerContext = contexts.provider(base.provider);
  const deployer = contexts.deployer(base.provider);
  const manifests = { base: join(home, "base.json"), changed: join(home, "changed.json") };
  const objects = await manifestsOf(base.workloads, [deployer], home, signal);
  writeList(objects, manifests.base);
  writeList(await manifestsOf(changed.workloads, [deployer], home, signal), manifests.changed);

  show(`control plane with ${hosts} nodes`);
  const clusters = clustersOf(factory).filter(({ name }) => name === providerContext);
  const bin = (tool: string) => join(toolchain.binDir, tool);
  const [cluster] = await instanceUp({ directory: paths.controlPlanes, bin, clusters, signal });
  if (!cluster) throw new Error("no control plane came up");
  const variants: Variant[] = [];
  try {
    const { infrastructure, workloads: placed } = stacksOf(paths, factory).providers[0]!;
    const engine = { pulumiRoot: toolchain.pulumiRoot, binDir: toolchain.binDir };
    show("infrastructure");
    // The changed factory accepts the images of both editions.
    const stack = new StackProcess(
      { place: infrastructure.place, engine, config: both(base, changed), policyPacks: [] },
      signal,
    );
    try {
      await stack.run("up");
    } finally {
      stack.close();
    }
    const settings: Record<Edition, PreparedStacks["workloads"]> = {
      base: { ...base.workloads, providers: both(base, changed).providers },
      changed: { ...changed.workloads, providers: both(base, changed).providers },
    };
    for (const { title, variables } of args.modes) {
      const directory = `${placed.place.directory}-${title.replace(/\W+/g, "-")}`;
      const place = { ...placed.place, directory, passphraseFile: join(directory, "passphrase") };
      variants.push(engineVariant({ title, place, engine, settings, policyPack, variables, signal }));
    }
    const kubeconfig = cluster.kubeconfig(deployer);
    variants.push(kubectlVariant({ kubectl: bin("kubectl"), kubeconfig, manifests, objects: objects.length, signal }));
    const scene = { args, variants, cluster, namespace: factory.parties.modelOwner };
    return { workloads, hosts, ...(await measureVariants(scene, hosts)) };
  } finally {
    for (const variant of variants) variant.close();
    cluster.api.close();
    await instanceDestroy({ directory: paths.controlPlanes });
    rmSync(paths.root, { recursive: true, force: true });
  }
}

/** The provider's settings with the images of both editions accepted, so that changing one is a matter of workloads alone. */
function both(base: PreparedStacks, changed: PreparedStacks): PreparedStacks["infrastructure"] {
  interface Demanding {
    readonly acceptance: { readonly images: readonly string[] };
  }
  const images = [base, changed].flatMap(({ infrastructure }) =>
    (infrastructure.providers as Demanding[]).flatMap(({ acceptance }) => acceptance.images),
  );
  const providers = (base.infrastructure.providers as Demanding[]).map((provider) => ({
    ...provider,
    acceptance: { ...provider.acceptance, images: [...new Set(images)] },
  }));
  return { ...base.infrastructure, providers };
}

async function measureVariants(
  { args, variants, cluster, namespace }: Scene,
  hosts: number,
): Promise<Pick<SizeResult, "measurements" | "resources" | "stateBytes">> {
  const { workloads, rounds, signal, show } = args;
  const measurements: Measurement[] = [];
  const resources: Record<string, number> = {};
  const stateBytes: Record<string, number> = {};
  const measure = async (variant: Variant, operation: Operation, work: (() => Promise<void>) | undefined) => {
    if (!work) return;
    signal.throwIfAborted();
    const { cost } = await measured(work);
    measurements.push({ workloads, hosts, variant: variant.title, operation, cost });
    show(
      `${workloads} workloads, ${variant.title}, ${operation}: ${cost.seconds.toFixed(1)} s, ` +
        `${cost.cpuSeconds.toFixed(1)} s of CPU, ${Math.round(cost.peakBytes / 2 ** 20)} MiB, load ${cost.load.toFixed(1)}`,
    );
  };
  for (let round = 0; round < rounds; round++)
    for (const variant of variants) {
      await measure(variant, "first", () => variant.apply("base"));
      await untilReady(cluster.api, namespace, workloads, signal);
      resources[variant.title] = await variant.resources();
      stateBytes[variant.title] = variant.stateBytes();
      await measure(variant, "again", () => (variant.diff ?? variant.apply)("base"));
      const { preview } = variant;
      await measure(variant, "preview", preview && (() => preview("changed", false)));
      await measure(variant, "preview with packs", preview && (() => preview("changed", true)));
      await measure(variant, "change", () => variant.apply("changed"));
      await untilReady(cluster.api, namespace, workloads, signal);
      await measure(variant, "remove", () => variant.remove());
      await untilEmpty(cluster.api, namespace, signal);
    }
  return { measurements, resources, stateBytes };
}
