import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join, relative, sep } from "node:path";
import { identify } from "../controlplane/processes";
import type { StackLease } from "../state/leases";

/** Who keeps other runs away from a stack. */
export interface Lock {
  readonly pid: number;
  readonly user: string;
  readonly host: string;
  readonly since?: string;
  /** `unknown`: it is on another machine. */
  readonly holder: "alive" | "dead" | "unknown";
  /** The lock's file, where it is one of this machine. */
  readonly file?: string;
}

// As github.com/pulumi/pulumi/pkg/v3 v3.216.0, backend/diy/lock.go writes it.
interface LockContent {
  readonly pid: number;
  readonly username?: string;
  readonly hostname: string;
  readonly timestamp?: string;
}

/** Locks in a file backend's own directory: of all stacks, of those of a name, or of a project's stack of that name. */
export function fileLocks(stateDirectory: string, stackName?: string, project?: string): Lock[] {
  const directory = join(stateDirectory, ".pulumi", "locks");
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .filter(({ parentPath }) => {
      // organization/<project>/<stack>; backends of old have no projects (backend/diy/lock.go).
      const [stack, of] = relative(directory, parentPath).split(sep).reverse();
      return (stackName ?? stack) === stack && (of === undefined || (project ?? of) === of);
    })
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const content = lockContent(readFileSync(file, "utf8"));
      // A kill while it was written, or a full disk: whoever wrote it holds nothing.
      if (!content) return { pid: 0, user: "", host: "", holder: "dead", file };
      return { ...lockOf(content.pid, content.username ?? "", content.hostname, content.timestamp), file };
    });
}

/**
 * Leases of our own state service. One whose engine is gone needs no repair: the next run takes its journal for what it
 * is, so only live ones count.
 */
export function leaseLocks(leases: readonly StackLease[], stackName: string): Lock[] {
  return leases
    .filter(({ stack, alive }) => stack === stackName && alive)
    .map(({ holder, started }) => ({
      pid: Number(holder ?? 0),
      user: "",
      host: hostname(),
      since: new Date(started * 1000).toISOString(),
      holder: "alive",
    }));
}

/** Locks as the engine names them when it refuses to run: `created by me@host (pid 1) at 2026-…`. */
export function namedLocks(message: string): Lock[] {
  return [...message.matchAll(/created by (.*)@(\S+) \(pid (\d+)\) at (\S+)/g)].map(
    ([, user = "", host = "", pid = "", since]) => lockOf(Number(pid), user, host, since),
  );
}

function lockOf(pid: number, user: string, host: string, since?: string): Lock {
  const holder = host !== hostname() ? "unknown" : identify(pid) === undefined ? "dead" : "alive";
  return { pid, user, host, ...(since !== undefined && { since }), holder };
}

function lockContent(text: string): LockContent | undefined {
  try {
    const content = JSON.parse(text) as Partial<LockContent> | null;
    return typeof content?.pid === "number" && typeof content.hostname === "string"
      ? (content as LockContent)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Removes locks' files; those of live holders stay. */
export function removeLocks(locks: readonly Lock[]): void {
  for (const { file, holder } of locks) if (file && holder === "dead") rmSync(file, { force: true });
}

export function describeLock({ pid, user, host, since }: Lock): string {
  if (pid === 0) return "an unfinished lock";
  return `a lock of process ${pid}${user ? ` of ${user}` : ""} on ${host}${since ? `, since ${since}` : ""}`;
}
