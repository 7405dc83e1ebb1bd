import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Factory } from "../../stacks/config/factory";
import type { Shard } from "../../stacks/config/shard";
import { contexts, deployerUser } from "../../stacks/rehearsal";
import type { ControlPlaneArgs } from "../controlplane/controlPlane";
import { writePrivate } from "../controlplane/files";
import { Layout } from "../controlplane/layout";
import { gpuNode, plainNode } from "../controlplane/simulatedNodes";
import { UserError } from "../ui";
import type { InstancePaths } from "./paths";
import type { StackRole } from "./report";
import type { StackPlace } from "./stackRunner";

/** What an instance remembers of its last `up`. No secret is in it. */
export interface InstanceRecord {
  readonly formatVersion: 1;
  /** The description that the factory was read from. */
  readonly file: string;
  readonly factory: Factory;
}

/** One party's stack in a rehearsal. */
export interface RehearsalStack {
  readonly role: StackRole;
  readonly party: string;
  /** Control plane that it deploys to. */
  readonly cluster: string;
  readonly place: StackPlace;
  /** Of workloads that are divided among several stacks: which of them this one is. */
  readonly shard?: Shard;
}

export interface ProviderStacks {
  readonly provider: string;
  readonly infrastructure: RehearsalStack;
  /** The stacks of workloads: one, unless they are divided. */
  readonly workloadShards: readonly RehearsalStack[];
}

/** Machines of the model owner's own cluster: no GPU, no TEE, out of every provider's reach. */
const trustNodes = [plainNode("trust-1", 16, 64), plainNode("trust-2", 16, 64), plainNode("trust-3", 16, 64)];

/** The instance's record, or undefined where there is none. */
export function readRecord(paths: InstancePaths): InstanceRecord | undefined {
  const file = recordFile(paths);
  if (!existsSync(file)) return undefined;
  const record = JSON.parse(readFileSync(file, "utf8")) as InstanceRecord;
  if (record.formatVersion !== 1)
    throw new UserError(
      `The rehearsal ${paths.instance} was made by another version of Trustfoundry.`,
      "Destroy it with that version, or choose another --name.",
    );
  return record;
}

/** Notes what is about to be deployed, before anything is: a killed `up` can then be destroyed. */
export function writeRecord(
  paths: InstancePaths,
  file: string,
  factory: Factory,
  /** Providers that may go: nothing of theirs runs any more. */
  lost: readonly string[] = [],
): void {
  const former = readRecord(paths);
  const gone = former?.factory.providers.filter(
    ({ name }) => !lost.includes(name) && !factory.providers.some((other) => other.name === name),
  );
  const renamed = former && former.factory.parties.modelOwner !== factory.parties.modelOwner;
  if (gone?.length || renamed)
    throw new UserError(
      renamed
        ? `The rehearsal ${paths.instance} belongs to the model owner ${former.factory.parties.modelOwner}, and ${file} names ${factory.parties.modelOwner}.`
        : `The rehearsal ${paths.instance} has stacks of ${gone?.map(({ name }) => name).join(", ")}, which ${file} names no more.`,
      `Run \`npm run rehearse -- destroy --name ${paths.instance}\` first, or choose another --name.`,
    );
  // Records of earlier versions do not say it, and then it was one.
  const before = former?.factory.workloadShards ?? 1;
  if (former && before !== factory.workloadShards)
    throw new UserError(
      `The rehearsal ${paths.instance} has its workloads in ${before} ${before === 1 ? "stack" : "stacks"} a provider, and ${file} says workloadShards: ${factory.workloadShards}.`,
      `Write ${before} there, or \`npm run rehearse -- destroy --name ${paths.instance}\` first (docs/scale.md).`,
    );
  const record: InstanceRecord = { formatVersion: 1, file: resolve(file), factory };
  writePrivate(recordFile(paths), `${JSON.stringify(record, null, 2)}\n`);
}

export function removeRecord(paths: InstancePaths): void {
  rmSync(recordFile(paths), { force: true });
}

/** The control planes of a factory: the model owner's, and one for each provider. */
export function clustersOf(factory: Factory): Pick<ControlPlaneArgs, "name" | "nodes" | "users">[] {
  return [
    { name: contexts.trust, nodes: trustNodes },
    ...factory.providers.map(({ name, hosts }) => ({
      name: contexts.provider(name),
      nodes: hosts.map(gpuNode),
      // Whoever places releases has credentials of its own, and rights in one namespace.
      users: [{ context: contexts.deployer(name), commonName: deployerUser }],
    })),
  ];
}

export function stacksOf(
  paths: InstancePaths,
  factory: Factory,
): { trust: RehearsalStack; providers: ProviderStacks[] } {
  const stack = (role: StackRole, party: string, cluster: string, context: string, shard?: Shard): RehearsalStack => {
    const stackName = shard ? `${party}-${role}-${shard.number}` : `${party}-${role}`;
    const directory = paths.stack(party, stackName);
    const place = {
      stackName,
      party,
      directory,
      passphraseFile: join(directory, "passphrase"),
      kubeconfig: new Layout(join(paths.controlPlanes, cluster)).kubeconfig(context),
    };
    return { role, party, cluster, place, ...(shard && { shard }) };
  };
  return {
    trust: stack("trust", factory.parties.modelOwner, contexts.trust, contexts.trust),
    providers: factory.providers.map(({ name }) => {
      const cluster = contexts.provider(name);
      const placing = (shard?: Shard) => stack("workloads", name, cluster, contexts.deployer(name), shard);
      return {
        provider: name,
        infrastructure: stack("infrastructure", name, cluster, cluster),
        workloadShards: shardsOf(factory).map(placing),
      };
    }),
  };
}

/** All of them, every shard among them. */
export function everyStack({ trust, providers }: ReturnType<typeof stacksOf>): readonly RehearsalStack[] {
  return [trust, ...providers.flatMap(({ infrastructure, workloadShards }) => [infrastructure, ...workloadShards])];
}

/** One stack is no shard, and keeps the name that it always had. */
function shardsOf({ workloadShards: of = 1 }: Pick<Factory, "workloadShards">): (Shard | undefined)[] {
  return of === 1 ? [undefined] : Array.from({ length: of }, (_, index) => ({ number: index + 1, of }));
}

function recordFile(paths: InstancePaths): string {
  return join(paths.root, "rehearsal.json");
}
