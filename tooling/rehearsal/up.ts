import type { Factory } from "../../stacks/config/factory";
import { parseAs } from "../../stacks/config/load";
import type { DerivedStacks, Handover } from "../../stacks/rehearsal";
import { deriveStacks } from "../../stacks/rehearsal";
import { inFile } from "../configuration";
import type { ControlPlane } from "../controlplane/controlPlane";
import { instanceUp } from "../controlplane/instance";
import { runSteps } from "../progress";
import { ensureToolchain } from "../toolchain/ensure";
import { UserError } from "../ui";
import { refuseDuringUpgrade } from "../upgrade/rehearsal/guard";
import type { DeployContext } from "./deploy";
import { releasesOf, stackSettings } from "./deploy";
import { handOver } from "./handover";
import type { RehearsalStack } from "./instance";
import { clustersOf, stacksOf, writeRecord } from "./instance";
import { forgetLost, lossLine, lostProviders, remaining } from "./lost";
import type { Observation } from "./observe";
import { ownerKeys } from "./ownerKeys";
import { imageScanner } from "./imageScanner";
import { issueReleases } from "./ownerReleases";
import type { InstancePaths } from "./paths";
import { signerPolicy, signingKeys } from "./signingKeys";
import type { StackRow } from "./report";
import { changesText } from "./report";
import type { Watch } from "./scheduling";
import { settle, watcher } from "./scheduling";
import { StackProcess } from "./stackProcess";
import type { StackOutcome } from "./stackRunner";

export interface UpArgs {
  readonly paths: InstancePaths;
  /** The description's file. */
  readonly file: string;
  readonly factory: Factory;
  /** Ports of API servers by cluster name; default: the last ones, or free ones. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly signal: AbortSignal;
}

export interface UpResult {
  readonly rows: readonly StackRow[];
  /** By provider. */
  readonly observations: Readonly<Record<string, Observation>>;
  readonly warnings: readonly string[];
}

/** A stack with its process; results are added as they come. */
interface Unit {
  readonly stack: RehearsalStack;
  readonly process: StackProcess;
  outcome?: StackOutcome;
}

/**
 * Brings a factory up as its parties would: control planes, the model owner's stack, each provider's infrastructure, the
 * handover of release files, each provider's workloads. Every stack passes a preview with all policies before anything
 * of it is applied, and the first two kinds before anything at all is.
 */
export async function up({ paths, file, factory, ports = {}, signal }: UpArgs): Promise<UpResult> {
  refuseDuringUpgrade(paths);
  const unknown = Object.keys(ports).find((name) => !clustersOf(factory).some((cluster) => cluster.name === name));
  if (unknown)
    throw new UserError(
      `There is no control plane "${unknown}".`,
      `Write ${clustersOf(factory)
        .map(({ name }) => name)
        .join(" or ")} before the port.`,
    );
  const toolchain = await ensureToolchain({ groups: ["engine", "controlPlane"], signal });
  writeRecord(paths, file, factory, lostProviders(paths));
  forgetLost(paths, factory);
  // What the model owner declares stays whole; nothing is started or deployed where there is nobody any more.
  const present = remaining(paths, factory);
  const clusters = clustersOf(present).map((cluster) => ({ ...cluster, port: ports[cluster.name] }));
  const controlPlanes = await startControlPlanes(paths, clusters, toolchain.binDir, signal);
  try {
    const keys = await ownerKeys(paths.party(factory.parties.modelOwner), factory);
    const derived = await deriveWithReleases(paths, factory, keys.caCertificate);
    const context = { toolchain, derived, ownerKeys: keys };
    const result = await deployAll({ paths, factory: present, context, controlPlanes, signal });
    return { ...result, warnings: [...lostProviders(paths).map(lossLine), ...result.warnings] };
  } catch (error) {
    // After Ctrl-C nothing that this command started goes on; after a failure the clusters stay for a look at them.
    if (signal.aborted) await Promise.all(controlPlanes.map(({ undo }) => undo()));
    throw inFile(file, error);
  } finally {
    for (const { api } of controlPlanes) api.close();
  }
}

/** What the parties do before any program runs: agree on signers, and release what the model owner declares. */
async function deriveWithReleases(paths: InstancePaths, factory: Factory, keyBrokerCa: string): Promise<DerivedStacks> {
  const keys = signingKeys(paths, factory.parties);
  const releases = paths.releases(factory.parties.modelOwner);
  const material = { keyBrokerCa, signers: signerPolicy(keys), releases };
  const trust = parseAs("trust", deriveStacks(factory, material).trust);
  await runSteps([
    {
      title: "Sign releases (SIMULATED signers)",
      run: async () => {
        const issued = await issueReleases(trust, keys, new Date());
        return issued.length > 0 ? issued.join(", ") : "nothing new";
      },
    },
  ]);
  return deriveStacks(factory, { ...material, acceptance: imageScanner(paths, factory).acceptance(releases) });
}

async function startControlPlanes(
  paths: InstancePaths,
  clusters: Parameters<typeof instanceUp>[0]["clusters"],
  binDir: string,
  signal: AbortSignal,
): Promise<ControlPlane[]> {
  let controlPlanes: ControlPlane[] = [];
  await runSteps([
    {
      title: `Control planes ${clusters.map(({ name }) => name).join(", ")}`,
      run: async (show) => {
        controlPlanes = await instanceUp({
          directory: paths.controlPlanes,
          bin: (tool) => `${binDir}/${tool}`,
          clusters,
          signal,
          onProgress: (cluster, step) => show(`${cluster}: ${step}`),
        });
      },
    },
  ]);
  return controlPlanes;
}

interface Deployment {
  readonly paths: InstancePaths;
  readonly factory: Factory;
  readonly context: DeployContext;
  readonly controlPlanes: readonly ControlPlane[];
  readonly signal: AbortSignal;
}

async function deployAll(deployment: Deployment): Promise<UpResult> {
  const { signal, context } = deployment;
  const processes: StackProcess[] = [];
  const unit = (stack: RehearsalStack, handover?: Handover): Unit => {
    const process = new StackProcess(stackSettings(context, stack, handover), signal);
    processes.push(process);
    return { stack, process };
  };
  try {
    return await deployWith(deployment, unit);
  } finally {
    for (const process of processes) process.close();
  }
}

async function deployWith(
  { paths, factory, controlPlanes, signal }: Deployment,
  unit: (stack: RehearsalStack, handover?: Handover) => Unit,
): Promise<UpResult> {
  const stacks = stacksOf(paths, factory);
  const trust = unit(stacks.trust);
  const infrastructures = stacks.providers.map(({ infrastructure }) => unit(infrastructure));
  await applyAll([trust, ...infrastructures]);

  const releases = releasesOf(outcomeOf(trust));
  const workloads: Unit[] = [];
  await runSteps(
    stacks.providers.map((provider) => ({
      title: `Hand over releases to ${provider.provider}`,
      run: async () => {
        const { attest } = imageScanner(paths, factory);
        const handover = handOver(releases, provider.provider, paths.inbox(provider.provider), ({ file }) =>
          attest(provider.provider, file, new Date()),
        );
        workloads.push(...provider.workloadShards.map((stack) => unit(stack, handover)));
        return Promise.resolve(handover.files.join(", ") || "none");
      },
    })),
  );
  const scheduling = { controlPlanes, namespace: factory.parties.modelOwner, signal };
  await applyAll(workloads, watcher(scheduling));
  const observations = await settle(
    workloads.map(({ stack }) => stack),
    scheduling,
  );

  const units = [trust, ...infrastructures, ...workloads];
  const rows = await Promise.all(
    units.map(async ({ stack: { place, party, role }, process, outcome }): Promise<StackRow> => {
      const resources = await process.resourceCount();
      return { stack: place.stackName, party, role, resources, changes: changesText(outcome?.changes ?? {}) };
    }),
  );
  return { rows, observations, warnings: [...new Set(units.flatMap((each) => outcomeOf(each).warnings))] };
}

/** Previews all, and only when no rule and no program refuses anything, applies all. */
async function applyAll(units: readonly Unit[], watch?: Watch): Promise<void> {
  const title = (what: string, { stack }: Unit) => `${what} ${stack.place.stackName}`;
  await runSteps(
    units.map((each) => ({
      title: title("Preview", each),
      run: async (show) => void (await each.process.run("preview", show)),
    })),
    { concurrent: true },
  );
  await runSteps(
    units.map((each) => ({
      title: title("Deploy", each),
      run: async (show) => {
        const watching = watch?.(each.stack, show);
        try {
          each.outcome = await each.process.run("up", show);
        } finally {
          watching?.stop();
        }
      },
    })),
    { concurrent: true },
  );
}

function outcomeOf({ stack, outcome }: Unit): StackOutcome {
  if (!outcome) throw new Error(`${stack.place.stackName} was not deployed`);
  return outcome;
}
