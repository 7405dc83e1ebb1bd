import { fork } from "node:child_process";
import { join, resolve } from "node:path";
import type { Started } from "./stacks";

const root = resolve(__dirname, "../..");

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** CommonJS files to load before anything else. */
  readonly preload?: readonly string[];
  /** Environment variables beside this process's own. */
  readonly variables?: NodeJS.ProcessEnv;
}

/** Runs one program to its end, as people's `pulumi up` does: node with tsx. */
export async function runProgram(file: string, { signal, preload = [], variables }: RunOptions = {}): Promise<Started> {
  return new Promise((started, fail) => {
    const child = fork(join(root, "bench/start/program.ts"), [file], {
      cwd: root,
      env: { ...process.env, ...variables },
      execArgv: [...preload.flatMap((path) => ["--require", path]), "--import", "tsx"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      signal,
    });
    let said = "";
    let result: Started | undefined;
    child.stderr?.on("data", (data: Buffer) => (said += data.toString()));
    child.on("message", (message) => (result = message as Started));
    child.on("error", fail);
    child.on("close", (code) =>
      code === 0 && result ? started(result) : fail(new Error(said || "the program ended without a word")),
    );
  });
}
