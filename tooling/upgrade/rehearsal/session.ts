import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Release } from "../../../components/workload/release";
import { documentFileName } from "../../../components/workload/release/document";
import type { TrustConfig } from "../../../stacks/config/factory";
import { contexts } from "../../../stacks/rehearsal";
import { openRelease } from "../../commands/release/open";
import type { KubeApi } from "../../controlplane/api";
import type { ControlPlane } from "../../controlplane/controlPlane";
import { instanceUp } from "../../controlplane/instance";
import { clustersOf, readRecord, writeRecord } from "../../rehearsal/instance";
import type { InstanceRecord } from "../../rehearsal/instance";
import { readOwnerKeys } from "../../rehearsal/ownerKeys";
import type { InstancePaths } from "../../rehearsal/paths";
import { signerPolicy, signingKeys } from "../../rehearsal/signingKeys";
import { ensureToolchain } from "../../toolchain/ensure";
import { UserError } from "../../ui";
import { Judge } from "../judge";
import type { Side, UpgradePlan } from "../plan";
import type { ProcedureRecord } from "../record";
import { RecordFile } from "../record";
import type { Factories } from "./factories";
import { planUpgrade, releasePairs, trustConfigOf, withoutRollovers } from "./factories";
import { refuseWithLost, upgradeDirectory } from "./guard";
import { KeyBrokers } from "../keyBrokers";
import { Parties } from "./parties";
import { RehearsalWorld } from "./world";

/** What a rehearsed upgrade's record holds beside plan and progress: both descriptions, and the file of the next. */
export interface UpgradeInputs {
  readonly factories: Factories;
  readonly file: string;
  /** The releases in force when it was planned. */
  readonly inForce: readonly Release[];
}

export type UpgradeRecord = ProcedureRecord<UpgradePlan, UpgradeInputs>;

export function upgradeFile(paths: InstancePaths): RecordFile<UpgradePlan, UpgradeInputs> {
  return new RecordFile(upgradeDirectory(paths));
}

export function requireRecord(paths: InstancePaths): InstanceRecord {
  const record = readRecord(paths);
  if (!record) throw new UserError(`There is no rehearsal ${paths.instance}.`, "`npm run rehearse` makes one.");
  return record;
}

export interface PlanningArgs {
  readonly paths: InstancePaths;
  readonly next: UpgradeInputs["factories"]["next"];
  readonly file: string;
  /** Until when guests of the former releases get keys at most. */
  readonly until: string;
}

/** What it takes from the rehearsal as it is to what a description says. Reads files alone. */
export function planned({ paths, next, file, until }: PlanningArgs): Omit<UpgradeRecord, "progress"> {
  const { factory } = requireRecord(paths);
  const factories: Factories = { former: withoutRollovers(factory), next: withoutRollovers(next) };
  const configs = configsOf(paths, factories);
  const directory = paths.releases(factory.parties.modelOwner);
  const inForce = factories.next.models.flatMap(({ name }) => {
    const path = join(directory, documentFileName(name));
    return existsSync(path) ? [openRelease(path).release] : [];
  });
  const title = `Upgrade of ${factory.factory} to ${file}. SIMULATED: hosts, evidence and keys are made up.`;
  const plan = planUpgrade({ factories, configs, inForce, until, title });
  return { formatVersion: 1, plan, inputs: { factories, file, inForce } };
}

function configsOf(paths: InstancePaths, factories: Factories): Readonly<Record<Side, TrustConfig>> {
  const { parties } = factories.next;
  const keys = readOwnerKeys(paths.party(parties.modelOwner));
  if (!keys) throw new UserError("The model owner has no keys yet.", "Run `npm run rehearse`.");
  const signers = signerPolicy(signingKeys(paths, parties));
  const of = (side: Side) =>
    trustConfigOf(factories[side], keys.caCertificate, paths.releases(parties.modelOwner), signers);
  return { former: of("former"), next: of("next") };
}

/** The world of an upgrade, with everything running that it needs; `close` it. */
export async function openWorld(
  paths: InstancePaths,
  { plan, inputs }: UpgradeRecord,
  signal: AbortSignal,
): Promise<{ readonly world: RehearsalWorld; readonly close: () => Promise<void> }> {
  const { factories, inForce } = inputs;
  refuseWithLost(paths);
  const toolchain = await ensureToolchain({ groups: ["engine", "state", "controlPlane", "policy"], signal });
  const opa = toolchain.tools.find(({ name }) => name === "opa")?.path;
  if (opa === undefined) throw new Error("the toolchain has no opa");
  const controlPlanes = await instanceUp({
    directory: paths.controlPlanes,
    bin: (tool) => join(toolchain.binDir, tool),
    clusters: clustersOf(factories.former),
    signal,
  });
  const keys = signingKeys(paths, factories.next.parties);
  const configs = configsOf(paths, factories);
  const pairs = releasePairs(configs, inForce);
  const judge = new Judge(
    opa,
    pairs.flatMap(({ former, next }) => [former, next]),
  );
  const world = new RehearsalWorld({
    plan,
    factories,
    configs,
    pairs,
    parties: new Parties(paths, toolchain, plan.owner, signal),
    keyBrokers: new KeyBrokers(apiOf(controlPlanes, contexts.trust)),
    clusters: Object.fromEntries(
      factories.next.providers.map(({ name }) => [name, apiOf(controlPlanes, contexts.provider(name))]),
    ),
    keys,
    signers: signerPolicy(keys),
    judge,
    signal,
  });
  const close = async () => {
    await judge.remove();
    for (const { api } of controlPlanes) api.close();
  };
  return { world, close };
}

function apiOf(controlPlanes: readonly ControlPlane[], name: string): KubeApi {
  const found = controlPlanes.find((each) => each.name === name);
  if (!found) throw new Error(`no control plane ${name}`);
  return found.api;
}

/** Once an upgrade is done, the rehearsal is one of the next description. */
export function adopt(paths: InstancePaths, { inputs }: UpgradeRecord): void {
  writeRecord(paths, inputs.file, inputs.factories.next);
}
