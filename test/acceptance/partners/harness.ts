import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Provider } from "../../../stacks/config/providers";
import { completeSections } from "../../../stacks/presetFile";
import type { HostProfile } from "../../../components/host/profile";
import { gpuNode } from "../../../tooling/controlplane/simulatedNodes";
import { StackProcess } from "../../../tooling/rehearsal/stackProcess";
import type { Operation, StackOutcome } from "../../../tooling/rehearsal/stackRunner";
import { readStackFile } from "../../../tooling/review/stackFiles";
import { root } from "../../support/factory";
import type { TestCluster } from "../cluster";
import { installDefinition, startCluster } from "../cluster";
import type { Actor, Overlay, PartnerCase, PartnerStack, Sections, StackMaterial } from "./partnerCase";

const strict = join(root, "policies", "packs", "strict");
/** A pack takes longer than a stack: it is asked about the first preview and the first `up`, which say everything. */
const judged = 2;

/**
 * Tries each stack of a template: preview, up, repeat, refresh, destroy, by the real engine and under the strict pack. A
 * file a template, since they share nothing and files are what the test runner spreads over cores.
 */
export function tryPartner({ partner, stacks }: PartnerCase): void {
  describe(`the template ${partner}`, () => {
    for (const stack of stacks)
      describe(`stack ${stack.title ?? `sample-${stack.sample}`}`, () => tryStack(partner, stack));
  });
}

function tryStack(partner: string, stack: PartnerStack): void {
  const tried = new TriedStack(partner, stack);
  beforeAll(() => tried.open());
  afterAll(() => tried.close());

  it("is previewed, and the strict pack refuses nothing", async () => {
    const { changes } = await tried.run("preview");
    expect(changes.create).toBeGreaterThan(0);
  });

  it("comes up, and says what is to be known", async () => {
    const outcome = await tried.run("up");
    expectWarnings(outcome.warnings, stack.warnings);
    await stack.afterUp?.(tried.cluster, outcome);
  });

  it("changes nothing when it is repeated, nor after what is there was read again", async () => {
    expect(changesOf(await tried.run("up"), stack)).toEqual([]);
    await tried.run("refresh");
    expect(changesOf(await tried.run("preview"), stack)).toEqual([]);
  });

  it("goes, and leaves nothing in its state", async () => {
    await tried.run("destroy");
    expect(await tried.resourceCount()).toBe(0);
  });
}

function expectWarnings(said: readonly string[], expected: readonly (string | RegExp)[]): void {
  const matches = (warning: string, part: string | RegExp) =>
    typeof part === "string" ? warning.includes(part) : part.test(warning);
  expect(said.filter((warning) => !expected.some((part) => matches(warning, part)))).toEqual([]);
  expect(expected.filter((part) => !said.some((warning) => matches(warning, part)))).toEqual([]);
}

function changesOf({ changes }: StackOutcome, { mayRepeat = [] }: PartnerStack): string[] {
  const quiet = ["same", "read", ...mayRepeat];
  return Object.entries(changes).flatMap(([kind, count]) => (quiet.includes(kind) || count === 0 ? [] : [kind]));
}

/** One stack with its project, its control plane and its process. */
class TriedStack {
  private project = "";
  private started: TestCluster | undefined;
  private actors: readonly Actor[] = [];
  private process: StackProcess | undefined;
  private readonly policyPacks = [strict];
  private operations = 0;

  constructor(
    private readonly partner: string,
    private readonly stack: PartnerStack,
  ) {}

  get cluster(): TestCluster {
    if (!this.started) throw new Error("the cluster is not up");
    return this.started;
  }

  async open(): Promise<void> {
    const { partner, stack } = this;
    this.project = mkdtempSync(join(tmpdir(), `template-${partner}-`));
    cpSync(join(root, "stacks", "partners", partner), this.project, { recursive: true });
    const own = sampleOf(this.project, stack.sample);
    const material = { project: this.project, sections: completeSections(this.project, own).sections };
    const context = contextOf(material.sections);
    this.started = await startCluster(context, (stack.nodes ?? hostsOf)(material));
    for (const definition of stack.definitions ?? []) await installDefinition(this.started, definition);
    for (const [path, object] of stack.objects ?? []) await this.started.api.apply(path, object as never);
    this.actors = stack.actors?.(this.started) ?? [];
    const overlay = typeof stack.overlay === "function" ? await stack.overlay(material) : stack.overlay;
    this.process = this.stackProcess(context, own, overlay);
  }

  run(operation: Operation): Promise<StackOutcome> {
    if (++this.operations > judged) this.policyPacks.length = 0;
    return this.running.run(operation);
  }

  resourceCount(): Promise<number> {
    return this.running.resourceCount();
  }

  async close(): Promise<void> {
    this.process?.close();
    for (const actor of this.actors) await actor.stop();
    await this.started?.destroy();
    if (this.project) rmSync(this.project, { recursive: true, force: true });
  }

  private get running(): StackProcess {
    if (!this.process) throw new Error("the stack is not open");
    return this.process;
  }

  private stackProcess(context: string, own: Sections, { sections, secrets }: Overlay): StackProcess {
    const { binDir, pulumiRoot } = inject("toolchain");
    const directory = join(this.cluster.directory, "stack");
    return new StackProcess({
      place: {
        stackName: `sample-${this.stack.sample}`,
        party: this.partner,
        directory,
        passphraseFile: join(directory, "passphrase"),
        kubeconfig: this.cluster.kubeconfig(context),
      },
      engine: { binDir, pulumiRoot },
      config: overSample(own, sections),
      ...(secrets && { secrets }),
      policyPacks: this.policyPacks,
      project: this.project,
    });
  }
}

/** A whole section of the overlay replaces the sample's and answers into it: the material had them all in it already. */
export function overSample(own: Sections, overlay: Sections): Sections {
  const replaced = Object.keys(overlay).filter((key) => !/[.[]/.test(key));
  const stays = (key: string) =>
    !replaced.some((section) => key.startsWith(`${section}.`) || key.startsWith(`${section}[`));
  return { ...Object.fromEntries(Object.entries(own).filter(([key]) => stays(key))), ...overlay };
}

export function sampleOf(directory: string, sample: string): Sections {
  const file = readStackFile(directory, `sample-${sample}`, "the template");
  if (!file) throw new Error(`${directory} has no Pulumi.sample-${sample}.yaml`);
  return file.sections;
}

function contextOf({ cluster }: Sections): string {
  const context = (cluster as { context?: unknown } | undefined)?.context;
  if (typeof context !== "string") throw new Error("the sample names no cluster.context");
  return context;
}

function hostsOf({ sections }: StackMaterial) {
  const providers = (sections.providers ?? []) as readonly Provider[];
  // The schema's defaults are not applied yet.
  return providers.flatMap(({ hosts }) =>
    hosts.map((host) =>
      gpuNode({ ...host, teeEnabled: host.teeEnabled ?? true, ccMode: host.ccMode ?? "on" } as HostProfile),
    ),
  );
}
