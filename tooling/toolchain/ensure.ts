import { join, resolve } from "node:path";
import { runSteps } from "../progress";
import { duration } from "../ui";
import { binDirectory } from "./binDirectory";
import { cacheRoot, prepareCache } from "./cache";
import { explainCacheTrouble, interrupted, ToolchainError } from "./errors";
import { findGo } from "./go";
import type { MakeArgs, Tool } from "./makeTool";
import { makeTool, presentTool } from "./makeTool";
import type { ToolGroup, ToolPin } from "./pins";
import { pins } from "./pins";

/** Programs to run rehearsals and tests with. */
export interface Toolchain {
  readonly tools: readonly Tool[];
  /** Folder with all of them, to be put in front of PATH. */
  readonly binDir: string;
  /** What `PulumiCommand.get({root})` takes: `<root>/bin/pulumi` is the engine. */
  readonly pulumiRoot: string;
}

export interface EnsureArgs {
  readonly groups: readonly ToolGroup[];
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** This checkout. */
export const checkout = resolve(__dirname, "../..");

/**
 * Makes sure that every tool of these groups is there, and shows a list of what has to be made: what it is, how long that
 * usually takes, what is being done now. Silent when nothing has to be made. Throws a ToolchainError.
 */
export async function ensureToolchain({ groups, env = process.env, signal }: EnsureArgs): Promise<Toolchain> {
  const cache = cacheRoot(env);
  // A Go that does not work is no obstacle where nothing has to be built.
  let brokenGo: unknown;
  const go = await findGo(env).catch((error: unknown) => {
    brokenGo = error;
    return undefined;
  });
  const shared = {
    cache,
    modules: join(__dirname, "modules"),
    machine: { system: process.platform, arch: process.arch },
    env,
    go,
    mode: modeOf(env),
    signal,
  };
  const asked = ({ group, alsoFor }: ToolPin) => groups.includes(group) || (alsoFor && groups.includes(alsoFor));
  const wanted = pins.filter(asked).map((pin): MakeArgs => ({ ...shared, pin }));
  const present = await Promise.all(wanted.map(presentTool));
  const missing = wanted.filter((_, index) => !present[index]);
  if (missing.length > 0 && brokenGo) throw brokenGo;
  const made = missing.length > 0 ? await makeAll(missing, cache, signal) : [];
  const tools = [...present.filter((tool) => tool !== undefined), ...made];
  const { root, bin } = binDirectory({ cache, tools, root: checkout });
  return { tools, binDir: bin, pulumiRoot: root };
}

async function makeAll(missing: readonly MakeArgs[], cache: string, signal?: AbortSignal): Promise<Tool[]> {
  prepareCache(cache);
  const made: Tool[] = [];
  const total = missing.reduce((sum, { pin }) => sum + pin.usualSeconds, 0);
  console.log(
    `${missing.length} programs of the toolchain are missing. Where they cannot be downloaded they are built from source, ` +
      `which on two cores takes about ${duration(total)}, once; they are kept in ${cache}.`,
  );
  try {
    // One after the other: Go uses all cores by itself.
    await runSteps(
      missing.map((args) => ({
        title: titleOf(args.pin),
        run: async (show) => {
          const tool = await makeTool({ ...args, onStep: show });
          made.push(tool);
          return tool.origin;
        },
      })),
    );
  } catch (error) {
    if (signal?.aborted) throw interrupted();
    throw explainCacheTrouble(error, cache);
  }
  return made;
}

function titleOf({ name, version, usualSeconds }: ToolPin): string {
  return `${name} ${version} (usually ${duration(usualSeconds)})`;
}

function modeOf(env: NodeJS.ProcessEnv): MakeArgs["mode"] {
  const wanted = env.TRUSTFOUNDRY_TOOLCHAIN ?? "prefer-download";
  if (wanted === "build" || wanted === "prefer-download") return wanted;
  throw new ToolchainError(
    `TRUSTFOUNDRY_TOOLCHAIN is "${wanted}".`,
    "Write build (always from pinned source) or prefer-download, or unset it.",
  );
}
