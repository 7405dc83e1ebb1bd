import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { Sections } from "../../stacks/rehearsal";
import { StackProcess } from "../../tooling/rehearsal/stackProcess";
import type { StackEngine, StackPlace, StackSettings } from "../../tooling/rehearsal/stackRunner";
import { FileStack } from "./fileStack";

/** What is done to a factory's workloads, in this order. */
export const operations = ["first", "again", "preview", "preview with packs", "change", "remove"] as const;
export type Operation = (typeof operations)[number];

/** The two states that are deployed: the factory, and the same with one model in a new version. */
export type Edition = "base" | "changed";

/** A way of bringing a factory's workloads into a cluster. */
export interface Variant {
  readonly title: string;
  /** What is worth measuring of it. */
  readonly operations: readonly Operation[];
  /** Places everything; told again, finds that nothing differs. */
  readonly apply: (edition: Edition) => Promise<void>;
  /** Says what it would do, without packs of rules or with them; undefined where there is no such thing. */
  readonly preview?: (edition: Edition, withPack: boolean) => Promise<void>;
  /** Looks for differences and changes nothing, where that is another command than `apply`. */
  readonly diff?: (edition: Edition) => Promise<void>;
  readonly remove: () => Promise<void>;
  /** Drops what it remembers, of a cluster that others have emptied. */
  readonly forget: () => void;
  /** What it remembers, in bytes. */
  readonly stateBytes: () => number;
  /** Resources that it keeps record of. */
  readonly resources: () => Promise<number>;
  readonly close: () => void;
}

/** Something that runs one stack's operations in a process of its own. */
export interface RunningStack {
  readonly run: (operation: "preview" | "up" | "destroy") => Promise<unknown>;
  readonly resourceCount: () => Promise<number>;
  readonly close: () => void;
}

/** Where the engine keeps its state. */
export interface EngineMode {
  readonly title: string;
  readonly operations: readonly Operation[];
  readonly open: (settings: StackSettings, signal?: AbortSignal) => RunningStack;
}

/** As a rehearsal runs it: every step is in the journal before the next one, and a kill loses nothing. */
export const journalMode: EngineMode = {
  title: "journal",
  operations,
  open: (settings, signal) => {
    const stack = new StackProcess(settings, signal);
    return {
      run: (operation) => stack.run(operation),
      resourceCount: () => stack.resourceCount(),
      close: () => stack.close(),
    };
  },
};

function fileMode(
  title: string,
  measuredOperations: readonly Operation[],
  variables: Readonly<Record<string, string>>,
): EngineMode {
  return {
    title,
    operations: measuredOperations,
    open: (settings, signal) => {
      const stack = new FileStack(settings, variables, signal);
      return {
        run: (operation) => stack.ask(operation),
        resourceCount: () => stack.ask("resourceCount"),
        close: () => stack.close(),
      };
    },
  };
}

export const engineModes: readonly EngineMode[] = [
  journalMode,
  // The state is written once, at the end: killed before, it knows of nothing that was made. Of use as a yardstick alone.
  fileMode("no checkpoints", ["first", "again"], { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" }),
  // As the engine comes: the whole state is written anew at each step.
  fileMode("file", operations, {}),
];

export interface EngineVariantArgs {
  readonly mode: EngineMode;
  readonly place: StackPlace;
  /** Stacks that the workloads are divided among, which are run one after the other. */
  readonly shards: number;
  readonly engine: StackEngine;
  /** The workloads stack's settings. */
  readonly settings: Readonly<Record<Edition, Sections>>;
  readonly policyPack: string;
  readonly signal?: AbortSignal;
}

/** The very program that users run, by the engine. */
export function engineVariant({ mode, engine, settings, policyPack, signal, ...args }: EngineVariantArgs): Variant {
  const open = new Set<RunningStack>();
  const stacks = stacksOf(args);
  const each = async <T>(
    edition: Edition,
    policyPacks: readonly string[],
    run: (stack: RunningStack) => Promise<T>,
  ): Promise<T[]> => {
    const results: T[] = [];
    for (const { place, own } of stacks) {
      const stack = mode.open({ place, engine, config: { ...settings[edition], ...own }, policyPacks }, signal);
      open.add(stack);
      try {
        results.push(await run(stack));
      } finally {
        stack.close();
        open.delete(stack);
      }
    }
    return results;
  };
  const running = async (operation: "preview" | "up" | "destroy", edition: Edition, policyPacks: readonly string[]) =>
    void (await each(edition, policyPacks, (stack) => stack.run(operation)));
  return {
    title: mode.title,
    operations: mode.operations,
    apply: (edition) => running("up", edition, []),
    preview: (edition, withPack) => running("preview", edition, withPack ? [policyPack] : []),
    remove: () => running("destroy", "base", []),
    forget: () => stacks.forEach(({ place }) => rmSync(place.directory, { recursive: true, force: true })),
    stateBytes: () => sum(stacks.map(({ place }) => bytesBelow(join(place.directory, "state")))),
    resources: async () => sum(await each("base", [], (stack) => stack.resourceCount())),
    close: () => open.forEach((stack) => stack.close()),
  };
}

/** The stack as it is, or its shards, each with a directory and settings of its own. */
function stacksOf({
  place,
  shards,
}: Pick<EngineVariantArgs, "place" | "shards">): { place: StackPlace; own: object }[] {
  if (shards === 1) return [{ place, own: {} }];
  return Array.from({ length: shards }, (_, index) => {
    const directory = `${place.directory}-${index + 1}`;
    return {
      place: {
        ...place,
        stackName: `${place.stackName}-${index + 1}`,
        directory,
        passphraseFile: join(directory, "passphrase"),
      },
      own: { shard: { number: index + 1, of: shards } },
    };
  });
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

export interface FloorArgs {
  readonly kubectl: string;
  readonly kubeconfig: string;
  /** Files with the objects that the program places, as a List. */
  readonly manifests: Readonly<Record<Edition, string>>;
  readonly objects: number;
  readonly signal?: AbortSignal;
}

export const kubectlTitle = "kubectl";

/** `kubectl` with the very same manifests: the least that a cluster can be asked. */
export function kubectlVariant({ kubectl, kubeconfig, manifests, objects, signal }: FloorArgs): Variant {
  const run = async (...args: readonly string[]) =>
    void (await execa(kubectl, ["--kubeconfig", kubeconfig, ...args], {
      stdin: "ignore",
      stdout: "ignore",
      ...(signal && { signal }),
    }));
  const file = (edition: Edition) => `--filename=${manifests[edition]}`;
  const serverSide = ["--server-side", "--field-manager=floor"];
  return {
    title: kubectlTitle,
    operations,
    apply: (edition) => run("apply", ...serverSide, file(edition)),
    diff: (edition) => run("diff", ...serverSide, file(edition)),
    remove: () => run("delete", "--wait=false", "--ignore-not-found", file("base")),
    forget: () => undefined,
    stateBytes: () => 0,
    resources: () => Promise.resolve(objects),
    close: () => undefined,
  };
}

function bytesBelow(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + statSync(join(entry.parentPath, entry.name)).size, 0);
}
