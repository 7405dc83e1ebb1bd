import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { Sections } from "../../stacks/rehearsal";
import { StackProcess } from "../../tooling/rehearsal/stackProcess";
import type { StackEngine, StackPlace } from "../../tooling/rehearsal/stackRunner";

/** The two states that are deployed: the factory, and the same with one model in a new version. */
export type Edition = "base" | "changed";

/** A way of bringing a factory's workloads into a cluster. */
export interface Variant {
  readonly title: string;
  /** Places everything; told again, finds that nothing differs. */
  readonly apply: (edition: Edition) => Promise<void>;
  /** Says what it would do, without packs of rules or with them; undefined where there is no such thing. */
  readonly preview?: (edition: Edition, withPack: boolean) => Promise<void>;
  /** Looks for differences and changes nothing, where that is another command than `apply`. */
  readonly diff?: (edition: Edition) => Promise<void>;
  readonly remove: () => Promise<void>;
  /** What it remembers, in bytes. */
  readonly stateBytes: () => number;
  /** Resources that it keeps record of. */
  readonly resources: () => Promise<number>;
  readonly close: () => void;
}

export interface EngineVariantArgs {
  readonly title: string;
  readonly place: StackPlace;
  readonly engine: StackEngine;
  /** The workloads stack's settings. */
  readonly settings: Readonly<Record<Edition, Sections>>;
  readonly policyPack: string;
  /** Variables for the engine. */
  readonly variables: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The very program that users run, by the engine, in the process that a rehearsal runs it in. */
export function engineVariant({ title, place, engine, settings, policyPack, ...args }: EngineVariantArgs): Variant {
  let open: StackProcess[] = [];
  /** The process inherits its environment at its start, so the variables are there for that moment. */
  const using = async <T>(edition: Edition, packs: readonly string[], run: (stack: StackProcess) => Promise<T>) => {
    const before = Object.keys(args.variables).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, args.variables);
    const stackRun = { place, engine, config: settings[edition], policyPacks: packs };
    const stack = new StackProcess(stackRun, args.signal);
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    open.push(stack);
    try {
      return await run(stack);
    } finally {
      stack.close();
      open = open.filter((other) => other !== stack);
    }
  };
  return {
    title,
    apply: (edition) => using(edition, [], async (stack) => void (await stack.run("up"))),
    preview: (edition, withPack) =>
      using(edition, withPack ? [policyPack] : [], async (stack) => void (await stack.run("preview"))),
    remove: () => using("base", [], async (stack) => void (await stack.run("destroy"))),
    stateBytes: () => bytesBelow(join(place.directory, "state")),
    resources: () => using("base", [], (stack) => stack.resourceCount()),
    close: () => open.forEach((stack) => stack.close()),
  };
}

export interface FloorArgs {
  readonly kubectl: string;
  readonly kubeconfig: string;
  /** Files with the objects that the program places, as a List. */
  readonly manifests: Readonly<Record<Edition, string>>;
  readonly objects: number;
  readonly signal?: AbortSignal;
}

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
    title: "kubectl",
    apply: (edition) => run("apply", ...serverSide, file(edition)),
    diff: (edition) => run("diff", ...serverSide, file(edition)),
    remove: () => run("delete", "--wait=false", "--ignore-not-found", file("base")),
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
