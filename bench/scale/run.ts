import { join } from "node:path";
import type { Toolchain } from "../../tooling/toolchain/ensure";
import { policyPack } from "../../tooling/rehearsal/deploy";
import { untilEmpty, untilReady } from "./cluster";
import type { Cost } from "./meter";
import { measured } from "./meter";
import type { Scene } from "./scene";
import { openScene } from "./scene";
import type { EngineMode, Operation, Variant } from "./variants";
import { engineVariant, kubectlVariant } from "./variants";

export interface Measurement {
  readonly workloads: number;
  readonly hosts: number;
  readonly variant: string;
  readonly operation: Operation;
  readonly cost: Cost;
}

/** What results have to have in common to be compared. */
export interface Circumstances {
  /** Whether the rules were in force in the cluster. */
  readonly admission: boolean;
  /** Whether updates did not wait until models were ready. */
  readonly unawaited: boolean;
  /** Whether the deployer could not read events, of which the plugin is told all for each object that it makes. */
  readonly withoutEvents: boolean;
  /** Workloads of one stack at most; more were divided among shards. 0: all in one. */
  readonly perStack: number;
}

export interface SizeResult extends Circumstances {
  readonly workloads: number;
  readonly hosts: number;
  readonly measurements: readonly Measurement[];
  /** By variant, when everything was placed. */
  readonly resources: Readonly<Record<string, number>>;
  readonly stateBytes: Readonly<Record<string, number>>;
}

export interface ScaleArgs extends Circumstances {
  readonly workloads: number;
  readonly hosts?: number;
  readonly home: string;
  readonly toolchain: Toolchain;
  readonly modes: readonly EngineMode[];
  /** Whether kubectl takes its turn as well. */
  readonly kubectl: boolean;
  readonly rounds: number;
  /** Which of them to measure; the first is always. */
  readonly operations: readonly Operation[];
  readonly signal?: AbortSignal;
  readonly show: (line: string) => void;
}

/** What compares the factory with a changed one. */
const ofChange: readonly Operation[] = ["preview", "preview with packs", "change"];

/**
 * One size of factory on a control plane of its own: what its workloads cost by the engine in each of its modes, and by
 * kubectl. Variants take turns, operation after operation, and each begins on a cluster that the others have left empty.
 */
export async function measureSize(args: ScaleArgs): Promise<SizeResult> {
  const scene = await openScene({ ...args, withChange: args.operations.some((each) => ofChange.includes(each)) });
  const variants: Variant[] = [];
  try {
    const { engine, settings, placed, manifests, objects, kubeconfig } = scene;
    for (const mode of args.modes) {
      const directory = `${placed.directory}-${mode.title.replace(/\W+/g, "-")}`;
      const place = { ...placed, directory, passphraseFile: join(directory, "passphrase") };
      const { perStack, signal } = args;
      const shards = perStack === 0 ? 1 : Math.ceil(args.workloads / perStack);
      variants.push(engineVariant({ mode, place, shards, engine, settings, policyPack, signal }));
    }
    const kubectl = join(engine.binDir, "kubectl");
    if (args.kubectl) variants.push(kubectlVariant({ kubectl, kubeconfig, manifests, objects, signal: args.signal }));
    const { workloads, admission, unawaited, withoutEvents, perStack } = args;
    const measurements = await measureVariants(args, scene, variants);
    return { workloads, hosts: scene.hosts, admission, unawaited, withoutEvents, perStack, ...measurements };
  } finally {
    for (const variant of variants) variant.close();
    await scene.close();
  }
}

async function measureVariants(
  { workloads, rounds, operations, signal, show }: ScaleArgs,
  { cluster, namespace, hosts, clear }: Scene,
  variants: readonly Variant[],
): Promise<Pick<SizeResult, "measurements" | "resources" | "stateBytes">> {
  const measurements: Measurement[] = [];
  const resources: Record<string, number> = {};
  const stateBytes: Record<string, number> = {};
  const measure = async (variant: Variant, operation: Operation, work: (() => Promise<void>) | undefined) => {
    if (!work || !operations.includes(operation) || !variant.operations.includes(operation)) return false;
    signal?.throwIfAborted();
    const { cost } = await measured(work);
    measurements.push({ workloads, hosts, variant: variant.title, operation, cost });
    show(
      `${workloads} workloads, ${variant.title}, ${operation}: ${cost.seconds.toFixed(1)} s, ` +
        `${cost.cpuSeconds.toFixed(1)} s of CPU, ${Math.round(cost.peakBytes / 2 ** 20)} MiB, load ${cost.load.toFixed(1)}`,
    );
    return true;
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
      if (await measure(variant, "change", () => variant.apply("changed")))
        await untilReady(cluster.api, namespace, workloads, signal);
      const isRemoved = await measure(variant, "remove", () => variant.remove());
      if (round === rounds - 1 && variant === variants.at(-1)) break;
      if (!isRemoved) {
        await clear();
        variant.forget();
      }
      await untilEmpty(cluster.api, namespace, signal);
    }
  return { measurements, resources, stateBytes };
}
