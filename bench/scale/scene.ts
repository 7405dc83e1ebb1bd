import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { Factory } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import type { Sections } from "../../stacks/rehearsal";
import { contexts } from "../../stacks/rehearsal";
import type { ControlPlane } from "../../tooling/controlplane/controlPlane";
import { instanceDestroy, instanceUp } from "../../tooling/controlplane/instance";
import { clustersOf, stacksOf } from "../../tooling/rehearsal/instance";
import { InstancePaths } from "../../tooling/rehearsal/paths";
import { StackProcess } from "../../tooling/rehearsal/stackProcess";
import type { StackEngine, StackPlace } from "../../tooling/rehearsal/stackRunner";
import type { Toolchain } from "../../tooling/toolchain/ensure";
import type { PreparedStacks } from "../preparedStacks";
import { preparedStacks } from "../preparedStacks";
import { hostsFor, largeFactory, withChange } from "./factory";
import { manifestsOf, writeList } from "./manifests";
import type { Edition } from "./variants";
import { applyVolumes } from "./volumes";

export interface SceneArgs {
  readonly workloads: number;
  /** Default: enough for all workloads. */
  readonly hosts?: number;
  /** Whether the rules are in force in the cluster. Default: no. */
  readonly admission?: boolean;
  /** Whether updates do not wait until models are ready. Default: no. */
  readonly unawaited?: boolean;
  /** Whether the deployer may not read events. Default: it may. */
  readonly withoutEvents?: boolean;
  /** Whether the factory with one change is wanted as well; else both editions are the same. */
  readonly withChange: boolean;
  /** Directory of this scene alone. */
  readonly home: string;
  readonly toolchain: Pick<Toolchain, "binDir" | "pulumiRoot">;
  readonly signal?: AbortSignal;
  readonly show: (line: string) => void;
}

/** A provider's cluster with its infrastructure in place, and all that its workloads are made from. */
export interface Scene {
  readonly hosts: number;
  readonly cluster: ControlPlane;
  readonly namespace: string;
  readonly engine: StackEngine;
  /** Where the workloads' stack is in a rehearsal. */
  readonly placed: StackPlace;
  /** Of the user who places releases. */
  readonly kubeconfig: string;
  /** The workloads stack's settings. */
  readonly settings: Readonly<Record<Edition, Sections>>;
  /** Files with the objects that the program places, as a List for kubectl. */
  readonly manifests: Readonly<Record<Edition, string>>;
  readonly objects: number;
  /** Removes what was placed, whoever placed it. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Keys, releases, scans, a control plane with simulated nodes, and the infrastructure stack on it. */
export async function openScene({ workloads, home, toolchain, signal, show, ...args }: SceneArgs): Promise<Scene> {
  const hosts = args.hosts ?? hostsFor(workloads);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  process.env.TRUSTFOUNDRY_HOME = home;
  const paths = new InstancePaths("scale");
  const description = largeFactory({ workloads, hosts, admission: args.admission, unawaited: args.unawaited });
  const factory = parseAs("rehearsal", description);
  show(`${workloads} workloads: keys, releases, scans`);
  const base = await preparedStacks(paths, factory);
  const changed = args.withChange
    ? await preparedStacks(paths, parseAs("rehearsal", withChange(description)), join(paths.root, "inbox-changed"))
    : base;
  const deployer = contexts.deployer(base.provider);
  const manifests = { base: join(home, "base.json"), changed: join(home, "changed.json") };
  const objects = await manifestsOf(base.workloads, [deployer], home, signal);
  writeList(objects, manifests.base);
  writeList(
    changed === base ? objects : await manifestsOf(changed.workloads, [deployer], home, signal),
    manifests.changed,
  );

  // The cluster admits the images of both editions, so that changing one model is a matter of workloads alone.
  const providers = accepting(base, changed);
  const engine = { pulumiRoot: toolchain.pulumiRoot, binDir: toolchain.binDir };
  const cluster = await controlPlane({ paths, factory, provider: base.provider, engine, hosts, signal, show });
  const close = async () => {
    cluster.api.close();
    await instanceDestroy({ directory: paths.controlPlanes });
    rmSync(paths.root, { recursive: true, force: true });
  };
  try {
    // A change replaces a pod whose claim may be released later than the next one asks for a volume.
    await applyVolumes(cluster.api, workloads + 100, signal);
    show("infrastructure");
    const [own] = stacksOf(paths, factory).providers;
    const [placing] = own?.workloadShards ?? [];
    if (!own || !placing) throw new Error("the factory has no provider");
    const config = { ...base.infrastructure, providers, deployerReadsEvents: !args.withoutEvents };
    const stack = new StackProcess({ place: own.infrastructure.place, engine, config, policyPacks: [] }, signal);
    await stack.run("up").finally(() => stack.close());
    return {
      hosts,
      cluster,
      namespace: factory.parties.modelOwner,
      engine,
      placed: placing.place,
      kubeconfig: cluster.kubeconfig(deployer),
      settings: { base: { ...base.workloads, providers }, changed: { ...changed.workloads, providers } },
      manifests,
      objects: objects.length,
      clear: async () => {
        await execa(
          join(engine.binDir, "kubectl"),
          [`--kubeconfig=${cluster.kubeconfig(deployer)}`, "delete", "--wait=false", "--ignore-not-found"].concat(
            `--filename=${manifests.base}`,
          ),
          { stdin: "ignore", stdout: "ignore", ...(signal && { signal }) },
        );
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface ControlPlaneOfScene extends Pick<SceneArgs, "signal" | "show"> {
  readonly paths: InstancePaths;
  readonly factory: Factory;
  readonly provider: string;
  readonly engine: StackEngine;
  readonly hosts: number;
}

async function controlPlane(scene: ControlPlaneOfScene): Promise<ControlPlane> {
  const { paths, factory, provider, engine, hosts, signal, show } = scene;
  show(`control plane with ${hosts} nodes`);
  const clusters = clustersOf(factory).filter(({ name }) => name === contexts.provider(provider));
  const bin = (tool: string) => join(engine.binDir, tool);
  const [cluster] = await instanceUp({ directory: paths.controlPlanes, bin, clusters, ...(signal && { signal }) });
  if (!cluster) throw new Error("no control plane came up");
  return cluster;
}

/** The provider's settings with the images of both editions accepted. */
function accepting(base: PreparedStacks, changed: PreparedStacks): unknown[] {
  interface Demanding {
    readonly acceptance: { readonly images: readonly string[] };
  }
  const providersOf = ({ infrastructure }: PreparedStacks) => infrastructure.providers as readonly Demanding[];
  const images = [base, changed].flatMap((each) => providersOf(each).flatMap(({ acceptance }) => acceptance.images));
  return providersOf(base).map((provider) => ({
    ...provider,
    acceptance: { ...provider.acceptance, images: [...new Set(images)] },
  }));
}
