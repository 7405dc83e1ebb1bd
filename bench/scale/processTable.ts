import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** One process as the system counts it. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** When it started, in clock ticks since boot: with the pid, who it is. */
  readonly started: string;
  /** What its own threads have computed so far, in user and kernel mode. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** Linux: 100 ticks a second on every architecture that Node runs on, and pages as `getconf PAGESIZE` has them. */
const ticksPerSecond = 100;
const pageBytes = 4096;

/** A line of /proc/<pid>/stat; the name in brackets may hold anything, so counting starts behind the last one. */
export function parseStat(pid: number, stat: string): ProcessRow | undefined {
  const fields = stat
    .slice(stat.lastIndexOf(")") + 1)
    .trim()
    .split(/\s+/);
  const [parent, user, system, started, pages] = [1, 11, 12, 19, 21].map((index) => fields[index]);
  if (started === undefined || pages === undefined) return undefined;
  return {
    pid,
    parent: Number(parent),
    started,
    cpuSeconds: (Number(user) + Number(system)) / ticksPerSecond,
    residentBytes: Number(pages) * pageBytes,
  };
}

/** All processes with one of these among their ancestors, and these themselves. */
export function family(rows: readonly ProcessRow[], roots: ReadonlySet<number>): ProcessRow[] {
  const children = new Map<number, ProcessRow[]>();
  for (const row of rows) children.set(row.parent, [...(children.get(row.parent) ?? []), row]);
  const found = new Map<number, ProcessRow>();
  const waiting = rows.filter(({ pid }) => roots.has(pid));
  for (let row = waiting.pop(); row; row = waiting.pop()) {
    if (found.has(row.pid)) continue;
    found.set(row.pid, row);
    waiting.push(...(children.get(row.pid) ?? []));
  }
  return [...found.values()];
}

/** The system's processes now. What ends meanwhile is left out. */
export function processTable(): ProcessRow[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        return parseStat(Number(entry), readFileSync(`/proc/${entry}/stat`, "utf8")) ?? [];
      } catch {
        return [];
      }
    });
}

/** Role of what runs on the other side: its work is counted on its own. */
export const controlPlaneRole = "control plane";
const controlPlanePrograms = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"];

/** What a process is in an engine's run, by its command line. */
export function roleOf(commandLine: readonly string[]): string {
  const [executable = "", ...args] = commandLine;
  const program = basename(executable);
  if (controlPlanePrograms.includes(program)) return controlPlaneRole;
  if (program !== "node") return program;
  if (args.some((arg) => /(s|fileS)tackWorker/.test(arg))) return "program";
  if (args.some((arg) => arg.includes("run-policy-pack"))) return "policy pack";
  return "node";
}

export function commandLineOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
  } catch {
    return [];
  }
}
