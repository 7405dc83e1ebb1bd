import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { killGroup } from "./cache";

export interface GroupArgs {
  readonly executable: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  readonly onStart?: (pid: number) => void;
  readonly onLine?: (line: string) => void;
}

export interface GroupResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it printed on both streams, line by line; the last 500. */
  readonly output: readonly string[];
  /** What it printed on standard output alone. */
  readonly stdout: string;
}

const keptLines = 500;
const graceMilliseconds = 2_000;

/**
 * Runs a program in a process group of its own. When the signal is raised, or this process ends, the whole group is
 * ended: a build's compilers do not outlive it.
 */
export async function runGroup({
  executable,
  args,
  directory,
  env,
  signal,
  onStart,
  onLine,
}: GroupArgs): Promise<GroupResult> {
  signal?.throwIfAborted();
  const child = spawn(executable, args, { cwd: directory, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const pid = child.pid;
  const output: string[] = [];
  const stdout: Buffer[] = [];
  child.stdout.on("data", (data: Buffer) => stdout.push(data));
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", (line) => {
      output.push(line);
      if (output.length > keptLines) output.shift();
      onLine?.(line);
    });
  let insist: NodeJS.Timeout | undefined;
  const end = () => {
    if (pid === undefined) return;
    killGroup(pid, "SIGTERM");
    insist = setTimeout(() => killGroup(pid), graceMilliseconds);
  };
  const endAtOnce = () => {
    if (pid !== undefined) killGroup(pid);
  };
  signal?.addEventListener("abort", end, { once: true });
  process.once("exit", endAtOnce);
  try {
    return await new Promise<GroupResult>((resolve, reject) => {
      child.once("error", reject);
      if (pid !== undefined) onStart?.(pid);
      child.once("close", (code, ended) =>
        resolve({ code, signal: ended, output, stdout: Buffer.concat(stdout).toString() }),
      );
    });
  } finally {
    clearTimeout(insist);
    signal?.removeEventListener("abort", end);
    process.removeListener("exit", endAtOnce);
  }
}
