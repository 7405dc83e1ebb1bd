import { copyFileSync, cpSync, mkdirSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { clearDeadWork, toolDirectory, toolFile, WorkFolder } from "./cache";
import { explainGoFailure, interrupted } from "./errors";
import { goEnvironment } from "./go";
import type { Go } from "./go";
import { buildFlags, linkerFlags, moduleFiles } from "./key";
import { runGroup } from "./processGroup";
import type { GroupResult } from "./processGroup";
import type { ToolPin } from "./pins";

export interface BuildArgs {
  readonly pin: ToolPin;
  readonly go: Go;
  readonly modules: string;
  readonly cache: string;
  readonly key: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** What Go says that it is doing. */
  readonly onLine?: (line: string) => void;
}

/**
 * Compiles one tool into the cache; the caller holds its lock. The program appears by a rename, so a killed build leaves
 * nothing that looks finished, and Go's own cache makes the next one go on where it stopped.
 */
export async function buildTool(args: BuildArgs): Promise<string> {
  const { pin, cache, key, modules } = args;
  const directory = toolDirectory(cache, key);
  clearDeadWork(directory);
  const work = WorkFolder.create(directory);
  try {
    const source = pin.copies ? await stage(args, pin.copies, work) : join(modules, pin.module);
    const output = join(work.path, pin.name);
    await go(args, work, source, ["build", ...buildFlags, "-ldflags", linkerFlags(pin), "-o", output, pin.package]);
    const file = toolFile(cache, key, pin.name);
    mkdirSync(dirname(file), { recursive: true });
    renameSync(output, file);
    return file;
  } finally {
    work.remove();
  }
}

/** Lays the module into the work folder, with the files that the pinned module ships: the checkout is only read. */
async function stage(args: BuildArgs, copies: NonNullable<ToolPin["copies"]>, work: WorkFolder): Promise<string> {
  const from = join(args.modules, args.pin.module);
  const source = join(work.path, "source");
  mkdirSync(source);
  for (const file of moduleFiles(from)) cpSync(join(from, file), join(source, file));
  const { stdout } = await go(args, work, source, ["mod", "download", "-json", copies.module]);
  const { Dir: shipped } = JSON.parse(stdout) as { readonly Dir: string };
  for (const file of copies.files) copyFileSync(join(shipped, file), join(source, basename(file)));
  // Downloading must not have changed what is verified.
  for (const file of moduleFiles(from)) cpSync(join(from, file), join(source, file));
  return source;
}

async function go(
  args: BuildArgs,
  work: WorkFolder,
  directory: string,
  command: readonly string[],
): Promise<GroupResult> {
  const { pin, signal } = args;
  const result = await runGroup({
    executable: args.go.executable,
    args: command,
    directory,
    // What a killed build leaves lies in the work folder and goes with it.
    env: goEnvironment(args.env, { GOTMPDIR: join(work.path, "tmp"), PWD: directory }),
    signal,
    onStart: (pid) => work.setChild(pid),
    onLine: args.onLine,
  });
  if (signal?.aborted) throw interrupted();
  if (result.code !== 0) throw explainGoFailure({ tool: pin.name, ...result });
  return result;
}
