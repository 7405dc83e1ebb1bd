import { buildTool } from "./build";
import { isCached, toolDirectory, toolFile, workerOf } from "./cache";
import type { Machine } from "./download";
import { downloadTool, isReachable, officialSource } from "./download";
import type { Go } from "./go";
import { requireGo } from "./go";
import { buildKey, downloadKey } from "./key";
import { withLock } from "./lock";
import type { Installed } from "./onPath";
import { installedTool } from "./onPath";
import type { ToolPin } from "./pins";

/** How a tool came to be here. */
export type Origin = "installed" | "cached" | "downloaded" | "built";

export interface Tool {
  readonly name: string;
  readonly path: string;
  readonly version: string;
  readonly origin: Origin;
}

export interface MakeArgs {
  readonly pin: ToolPin;
  readonly cache: string;
  /** Folder with one Go module for each tool or group of tools. */
  readonly modules: string;
  readonly machine: Machine;
  readonly env: NodeJS.ProcessEnv;
  /** Go, if this machine has it; looked up once for all tools. */
  readonly go: Go | undefined;
  /** `build`: neither installed programs nor official downloads are used. Default `prefer-download`. */
  readonly mode: "prefer-download" | "build";
  readonly signal?: AbortSignal;
  /** What happens now, in a few words. */
  readonly onStep?: (step: string) => void;
}

/**
 * A tool that needs no making: installed on this machine, or in the cache. Undefined where it has to be made. In mode
 * `build` only what was built here from pinned source counts.
 */
export async function presentTool({ pin, env, cache, ...args }: MakeArgs): Promise<Tool | undefined> {
  const installed: Installed | undefined = args.mode === "build" ? undefined : await installedTool(pin, env, cache);
  if (installed) return { name: pin.name, ...installed, origin: "installed" };
  const path = keysOf({ pin, env, cache, ...args })
    .map((key) => toolFile(cache, key, pin.name))
    .find(isCached);
  return path === undefined ? undefined : { name: pin.name, path, version: pin.version, origin: "cached" };
}

/** Downloads the tool where its publisher can be reached, and builds it from pinned source where not. */
export async function makeTool(args: MakeArgs): Promise<Tool> {
  const { pin, cache, machine, mode, signal, onStep } = args;
  const source = mode === "build" ? undefined : officialSource(pin, machine);
  if (source && (await isReachable(source, signal))) {
    const key = downloadKey(pin, source.url);
    const path = await exclusively(args, key, () => {
      onStep?.(`downloading from ${new URL(source.url).host}`);
      return downloadTool({ pin, source, cache, key, signal });
    });
    if (path) return { name: pin.name, path, version: pin.version, origin: "downloaded" };
  }
  const go = requireGo(args.go, pin.name);
  const key = buildKey({ ...args, goVersion: go.version, platform: platformOf(machine) });
  const path = await exclusively(args, key, () => {
    onStep?.(`building with ${go.version}`);
    return buildTool({ ...args, go, key, onLine: (line) => onStep?.(line) });
  });
  return { name: pin.name, path, version: pin.version, origin: "built" };
}

/** Whoever waited for another run finds the tool made. */
async function exclusively<T extends string | undefined>(
  { pin, cache, signal, onStep }: MakeArgs,
  key: string,
  make: () => Promise<T>,
): Promise<T | string> {
  const directory = toolDirectory(cache, key);
  const onWait = () => {
    const worker = workerOf(directory);
    // Between its lock and its first note the other one has no number yet.
    onStep?.(`waiting for ${worker === undefined ? "another run" : `process ${worker}`}, which makes it already`);
  };
  return withLock(directory, { onWait, signal }, async () => {
    const file = toolFile(cache, key, pin.name);
    return isCached(file) ? file : await make();
  });
}

function keysOf({ pin, modules, machine, go, mode }: MakeArgs): string[] {
  const source = mode === "build" ? undefined : officialSource(pin, machine);
  return [
    ...(source ? [downloadKey(pin, source.url)] : []),
    ...(go ? [buildKey({ pin, modules, goVersion: go.version, platform: platformOf(machine) })] : []),
  ];
}

function platformOf({ system, arch }: Machine): string {
  return `${system}-${arch}`;
}
