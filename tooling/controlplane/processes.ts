import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** A process that cannot be mistaken for another one that got its number later. */
export interface ProcessId {
  readonly pid: number;
  /** When it started, as the system counts: on Linux the boot and the clock ticks since, elsewhere what `ps` prints. */
  readonly startTime: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Started {
  readonly id: ProcessId;
  /** Set once the process has ended, as long as this one lives to see it. */
  exit?: Exit;
}

export interface SpawnArgs {
  readonly executable: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** Gets both output streams; the former run's is kept beside it with the ending `.1`. */
  readonly logFile: string;
}

/**
 * Starts a process in a session of its own, so that it outlives this command and no Ctrl-C in the terminal reaches it.
 * It inherits nothing: no passphrase of this process's environment is in its own.
 */
export async function startProcess({ executable, args, directory, logFile }: SpawnArgs): Promise<Started> {
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, "ax", 0o600);
  try {
    const child = spawn(executable, args, {
      cwd: directory,
      detached: true,
      stdio: ["ignore", log, log],
      env: { PATH: process.env.PATH, HOME: directory, TMPDIR: process.env.TMPDIR },
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    const started: Started = { id: identify(child.pid ?? 0) ?? { pid: child.pid ?? 0, startTime: "" } };
    child.once("exit", (code, signal) => (started.exit = { code, signal }));
    child.unref();
    return started;
  } finally {
    closeSync(log);
  }
}

/** Identity of the live process with this number; undefined where there is none, or only its remains. */
export function identify(pid: number): ProcessId | undefined {
  if (pid <= 0) return undefined;
  try {
    if (process.platform === "linux") return fromStat(pid, readFileSync(`/proc/${pid}/stat`, "utf8"), bootId());
    return fromPs(pid, execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" }));
  } catch {
    return undefined;
  }
}

/** Reads /proc/<pid>/stat: the name in brackets may hold anything, so counting starts behind the last one. */
export function fromStat(pid: number, stat: string, boot: string): ProcessId | undefined {
  const fields = stat
    .slice(stat.lastIndexOf(")") + 1)
    .trim()
    .split(/\s+/);
  const [state, ticks] = [fields[0], fields[19]];
  return ticks === undefined || state === "Z" || state === "X" ? undefined : { pid, startTime: `${boot}/${ticks}` };
}

export function fromPs(pid: number, line: string): ProcessId | undefined {
  const [state = "", ...startTime] = line.trim().split(/\s+/);
  return startTime.length === 0 || state.startsWith("Z") ? undefined : { pid, startTime: startTime.join(" ") };
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

export function isAlive(id: ProcessId): boolean {
  return identify(id.pid)?.startTime === id.startTime;
}

/** Asks a process to end, and ends it when it has not within the grace. */
export async function stopProcess(id: ProcessId, graceMilliseconds: number): Promise<void> {
  send(id, "SIGTERM");
  if (await isGone(id, graceMilliseconds)) return;
  send(id, "SIGKILL");
  if (!(await isGone(id, 5_000))) throw new Error(`process ${id.pid} does not end`);
}

function send(id: ProcessId, signal: NodeJS.Signals): void {
  if (!isAlive(id)) return;
  try {
    process.kill(id.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function isGone(id: ProcessId, withinMilliseconds: number): Promise<boolean> {
  const end = Date.now() + withinMilliseconds;
  while (isAlive(id)) {
    if (Date.now() >= end) return false;
    await wait(25);
  }
  return true;
}

/**
 * Live processes of the named program with an argument that begins like this: finds those that a killed command had
 * started and not yet written down.
 */
export function findProcesses(program: string, argument: string): ProcessId[] {
  const found = process.platform === "linux" ? fromProc(program, argument) : fromListing(program, argument);
  return found.flatMap((pid) => identify(pid) ?? []);
}

function fromProc(program: string, argument: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        const [executable = "", ...args] = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
        return basename(executable) === program && args.some((arg) => arg.startsWith(argument));
      } catch {
        // It ended while we looked.
        return false;
      }
    })
    .map(Number);
}

/** `ps` does not tell where an argument ends, so the line is searched as a whole. */
function fromListing(program: string, argument: string): number[] {
  const listing = execFileSync("ps", ["-axww", "-o", "pid=,command="], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return listing
    .split("\n")
    .filter((line) => line.includes(`/${program} `) && line.includes(` ${argument}`))
    .map((line) => Number.parseInt(line.trim(), 10));
}
