import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { guestIdentity } from "../../../components/workload/guestIdentity";
import type { Release } from "../../../components/workload/release";
import { documentFileName, documentText } from "../../../components/workload/release/document";
import type { SignerPolicy } from "../../../components/workload/release/signers";
import type { Factory } from "../../../stacks/config/factory";
import type { Handover } from "../../../stacks/rehearsal";
import { deriveStacks } from "../../../stacks/rehearsal";
import { openRelease } from "../../commands/release/open";
import { stackSettings } from "../../rehearsal/deploy";
import { handOver } from "../../rehearsal/handover";
import type { ReleaseOutput } from "../../rehearsal/handover";
import { imageScanner } from "../../rehearsal/imageScanner";
import type { RehearsalStack } from "../../rehearsal/instance";
import { stacksOf } from "../../rehearsal/instance";
import { ownerKeys } from "../../rehearsal/ownerKeys";
import type { OwnerKeys } from "../../rehearsal/ownerKeys";
import type { InstancePaths } from "../../rehearsal/paths";
import { changesText } from "../../rehearsal/report";
import { StackProcess } from "../../rehearsal/stackProcess";
import { unlock } from "../../rehearsal/unlock";
import type { Toolchain } from "../../toolchain/ensure";
import { UserError } from "../../ui";

/** What the model owner's and the providers' stacks are given at one step. */
export interface Situation {
  /** What is declared. */
  readonly factory: Factory;
  readonly signers: SignerPolicy;
  /** Until when guests of former releases get keys, by model; default: they get none. */
  readonly formerUntil?: Readonly<Record<string, string>>;
  /** Of former releases, beside what models name. */
  readonly formerKeys?: readonly string[];
  /** Digests of images that providers accept beside those of the releases in force. */
  readonly formerImages?: Readonly<Record<string, readonly string[]>>;
}

/** All parties of a rehearsal, each doing what is its own: runs of their stacks, and the files that travel. */
export class Parties {
  readonly releases: string;

  constructor(
    readonly paths: InstancePaths,
    private readonly toolchain: Toolchain,
    private readonly owner: string,
    private readonly signal: AbortSignal,
  ) {
    this.releases = paths.releases(owner);
  }

  async ownerKeys({ factory, formerKeys = [] }: Pick<Situation, "factory" | "formerKeys">): Promise<OwnerKeys> {
    const [first] = factory.models;
    const models =
      first && formerKeys.length > 0 ? [...factory.models, { ...first, keys: [...formerKeys] }] : factory.models;
    return ownerKeys(this.paths.party(this.owner), { ...factory, models });
  }

  /** The release of a model that lies there as the one in force, or a former one by its number. */
  release(model: string, sequence?: number): Release | undefined {
    const file = join(this.releases, documentFileName(model, sequence));
    return existsSync(file) ? openRelease(file).release : undefined;
  }

  /** Whether the release before the one in force has guests of this identity. */
  follows(model: string, identity: string): boolean {
    const sequence = this.release(model)?.history.sequence ?? 1;
    const former = sequence > 1 ? this.release(model, sequence - 1) : undefined;
    return former !== undefined && guestIdentity(former) === identity;
  }

  trust(situation: Situation, show: (line: string) => void, previewed = true): Promise<string> {
    return this.up((stacks) => stacks.trust, situation, undefined, show, previewed);
  }

  infrastructure(
    provider: string,
    situation: Situation,
    show: (line: string) => void,
    previewed = true,
  ): Promise<string> {
    return this.up((stacks) => providerOf(stacks, provider).infrastructure, situation, undefined, show, previewed);
  }

  async workloads(
    provider: string,
    situation: Situation,
    show: (line: string) => void,
    previewed = true,
  ): Promise<string> {
    const { factory } = situation;
    const releases = factory.models
      .filter((model) => model.providers.includes(provider))
      .map(({ name }) => name)
      .sort();
    const handover = { directory: this.paths.inbox(provider), releases };
    const said: string[] = [];
    for (const stack of providerOf(stacksOf(this.paths, factory), provider).workloadShards)
      said.push(await this.up(() => stack, situation, handover, show, previewed));
    return said.join("; ");
  }

  /** Carries the documents in force to a provider, as a person would. */
  handOver(provider: string, factory: Factory): string {
    const outputs: Record<string, ReleaseOutput> = {};
    for (const { name, providers } of factory.models) {
      const { document, digest } = openRelease(join(this.releases, documentFileName(name)));
      outputs[name] = { file: documentText(document), digest, providers };
    }
    const { attest } = imageScanner(this.paths, factory);
    const { files } = handOver(outputs, provider, this.paths.inbox(provider), ({ file }) =>
      attest(provider, file, new Date()),
    );
    return files.join(", ");
  }

  private async up(
    choose: (stacks: ReturnType<typeof stacksOf>) => RehearsalStack,
    situation: Situation,
    handover: Handover | undefined,
    show: (line: string) => void,
    /** What changes for everybody is previewed first, with every policy: nothing of it is applied where one refuses. */
    previewed: boolean,
  ): Promise<string> {
    const { factory } = situation;
    const keys = await this.ownerKeys(situation);
    const derived = deriveStacks(this.declared(situation), {
      keyBrokerCa: keys.caCertificate,
      signers: situation.signers,
      releases: this.releases,
      acceptance: this.acceptance(situation),
    });
    const stack = choose(stacksOf(this.paths, factory));
    await this.unlocked(show);
    const process = new StackProcess(
      stackSettings({ toolchain: this.toolchain, derived, ownerKeys: keys }, stack, handover),
      this.signal,
    );
    try {
      if (previewed) await process.run("preview", show);
      const { changes } = await process.run("up", show);
      return `${stack.place.stackName}: ${changesText(changes)}`;
    } finally {
      process.close();
    }
  }

  private declared({ factory, formerUntil = {} }: Situation): Factory {
    return {
      ...factory,
      models: factory.models.map((model) => {
        const until = formerUntil[model.name];
        return until === undefined ? model : { ...model, formerReleaseUntil: until };
      }),
    };
  }

  private acceptance({ factory, formerImages = {} }: Situation) {
    const accepted = imageScanner(this.paths, factory).acceptance(this.releases);
    return Object.fromEntries(
      Object.entries(accepted).map(([provider, own]) => {
        const images = [...(own.images ?? []), ...(formerImages[provider] ?? [])];
        return [provider, { ...own, images: [...new Set(images)].sort() }];
      }),
    );
  }

  /** What a killed command's stacks still do is waited for; locks of the dead are taken away. */
  private async unlocked(show: (line: string) => void): Promise<void> {
    const end = Date.now() + 120_000;
    for (;;) {
      try {
        await unlock(this.paths);
        return;
      } catch (error) {
        if (!(error instanceof UserError) || !/live processes/.test(error.message) || Date.now() > end) throw error;
        show("an earlier run of a stack is still writing its state");
        await wait(1_000, undefined, { signal: this.signal });
      }
    }
  }
}

function providerOf({ providers }: ReturnType<typeof stacksOf>, name: string) {
  const found = providers.find(({ provider }) => provider === name);
  if (!found) throw new Error(`no provider ${name}`);
  return found;
}
