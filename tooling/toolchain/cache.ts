import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import envPaths from "env-paths";
import { identify, isAlive } from "../controlplane/processes";
import type { ProcessId } from "../controlplane/processes";
import { explainCacheTrouble } from "./errors";

/** Where finished tools are kept, outside the checkout: TRUSTFOUNDRY_CACHE, or the user's cache folder. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env.TRUSTFOUNDRY_CACHE ? env.TRUSTFOUNDRY_CACHE : envPaths("trustfoundry", { suffix: "" }).cache);
}

export function toolDirectory(cache: string, key: string): string {
  return join(cache, "toolchain", key);
}

export function toolFile(cache: string, key: string, name: string): string {
  return join(toolDirectory(cache, key), "bin", name);
}

/** A tool arrives by one rename, so what is there is whole. */
export function isCached(file: string): boolean {
  return existsSync(file) && statSync(file).size > 0;
}

/** Makes sure that the cache can be written before minutes are spent on what goes there. */
export function prepareCache(cache: string): void {
  try {
    const root = join(cache, "toolchain");
    mkdirSync(root, { recursive: true });
    rmSync(mkdtempSync(join(root, ".try-")), { recursive: true });
  } catch (error) {
    throw explainCacheTrouble(error, cache);
  }
}

/** Who works in a work folder: this process, and the build that it started. */
interface Owner {
  readonly owner: ProcessId;
  readonly child?: ProcessId;
}

const ownerFile = "owner.json";

/** A folder of this process alone for one attempt; a dead one's is cleared away by whoever comes next. */
export class WorkFolder {
  private constructor(
    readonly path: string,
    private readonly owner: ProcessId,
  ) {}

  static create(directory: string): WorkFolder {
    const path = join(directory, "work", `${process.pid}-${randomBytes(4).toString("hex")}`);
    mkdirSync(join(path, "tmp"), { recursive: true });
    const work = new WorkFolder(path, identify(process.pid) ?? { pid: process.pid, startTime: "" });
    work.write({ owner: work.owner });
    return work;
  }

  /** Remembers the build's process group, so that it can be ended should this process be killed. */
  setChild(pid: number): void {
    const child = identify(pid);
    if (child) this.write({ owner: this.owner, child });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private write(content: Owner): void {
    writeFileSync(join(this.path, ownerFile), JSON.stringify(content));
  }
}

/** Ends builds whose starter was killed, and removes what they left. */
export function clearDeadWork(directory: string): void {
  const root = join(directory, "work");
  for (const entry of existsSync(root) ? readdirSync(root) : []) {
    const path = join(root, entry);
    const content = readOwner(path);
    if (content && isAlive(content.owner)) continue;
    if (content?.child && isAlive(content.child)) killGroup(content.child.pid);
    rmSync(path, { recursive: true, force: true });
  }
}

/** The process that is making this tool now, if there is one. */
export function workerOf(directory: string): number | undefined {
  const root = join(directory, "work");
  const owners = (existsSync(root) ? readdirSync(root) : []).flatMap((entry) => readOwner(join(root, entry)) ?? []);
  return owners.find(({ owner }) => isAlive(owner))?.owner.pid;
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(join(path, ownerFile), "utf8")) as Owner;
  } catch {
    return undefined;
  }
}

export function killGroup(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
