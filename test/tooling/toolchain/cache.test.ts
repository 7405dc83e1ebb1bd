import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { identify } from "../../../tooling/controlplane/processes";
import type { ProcessId } from "../../../tooling/controlplane/processes";
import {
  cacheRoot,
  clearDeadWork,
  isCached,
  killGroup,
  prepareCache,
  toolFile,
  WorkFolder,
  workerOf,
} from "../../../tooling/toolchain/cache";
import { expectGone, eventually, isRunning, useDirectory, write } from "./support";

vi.setConfig({ testTimeout: 60_000 });

const directory = useDirectory();

describe("the cache's place", () => {
  it.each([
    ["what TRUSTFOUNDRY_CACHE says", { TRUSTFOUNDRY_CACHE: "/srv/cache" }, "/srv/cache"],
    ["resolved where that is relative", { TRUSTFOUNDRY_CACHE: "cache" }, resolve("cache")],
  ])("is %s", (_, env, place) => {
    expect(cacheRoot(env)).toBe(place);
  });

  it("is the user's own cache folder otherwise, outside the checkout", () => {
    for (const env of [{}, { TRUSTFOUNDRY_CACHE: "" }]) {
      expect(cacheRoot(env)).toMatch(/trustfoundry/);
      expect(cacheRoot(env).startsWith(resolve("."))).toBe(false);
    }
  });

  it("is made ready before minutes are spent", () => {
    const cache = join(directory(), "deep/cache");
    prepareCache(cache);
    expect(readdirSync(join(cache, "toolchain"))).toEqual([]);
  });

  it("is refused where it cannot be a folder, with the remedy", () => {
    const cache = write(join(directory(), "file"), "");
    expect(() => prepareCache(cache)).toThrow(
      expect.objectContaining({
        name: "ToolchainError",
        message: `The cache ${cache} cannot be written (ENOTDIR).`,
        hint: "Let TRUSTFOUNDRY_CACHE name a folder that you may write.",
      }) as Error,
    );
  });
});

describe("a finished tool", () => {
  it("is a file with something in it", () => {
    const file = toolFile(directory(), "key", "tool");
    expect(file).toBe(join(directory(), "toolchain/key/bin/tool"));
    expect(isCached(file)).toBe(false);
    write(file, "");
    expect(isCached(file)).toBe(false);
    write(file, "x");
    expect(isCached(file)).toBe(true);
  });
});

const groups: number[] = [];
afterEach(() => {
  for (const pid of groups.splice(0)) killGroup(pid);
});

/** A process group as a build is one: a leader with a child of its own. */
async function startGroup(): Promise<{ leader: ProcessId; pids: () => number[] }> {
  const child = spawn("/bin/sh", ["-c", "sleep 1000 & echo $!; wait"], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  groups.push(child.pid ?? 0);
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  await eventually(() => expect(output).toMatch(/\d+\n/));
  const leader = identify(child.pid ?? 0);
  if (!leader) throw new Error("the group did not start");
  return { leader, pids: () => [leader.pid, Number(output)] };
}

/** The identity of a process that has ended. */
async function deadProcess(): Promise<ProcessId> {
  const { leader, pids } = await startGroup();
  killGroup(leader.pid);
  await expectGone(pids());
  return leader;
}

function left(): string[] {
  return readdirSync(join(directory(), "work")).sort();
}

function work(name: string, content: object): string {
  const path = join(directory(), "work", name);
  write(join(path, "owner.json"), JSON.stringify(content));
  write(join(path, "tmp/half.o"), "x");
  return path;
}

describe("work in the cache", () => {
  it("has a folder of its own for each attempt, which goes with it", () => {
    const [one, two] = [WorkFolder.create(directory()), WorkFolder.create(directory())];
    expect(one.path).not.toBe(two.path);
    expect(existsSync(join(one.path, "tmp"))).toBe(true);
    one.remove();
    one.remove();
    expect(existsSync(one.path)).toBe(false);
    expect(existsSync(two.path)).toBe(true);
  });

  it("says whose it is", () => {
    expect(workerOf(directory())).toBeUndefined();
    const own = WorkFolder.create(directory());
    expect(workerOf(directory())).toBe(process.pid);
    own.remove();
    expect(workerOf(directory())).toBeUndefined();
  });

  it("of a live process is kept, with what it started", async () => {
    const { leader, pids } = await startGroup();
    const own = WorkFolder.create(directory());
    own.setChild(leader.pid);
    clearDeadWork(directory());
    expect(existsSync(own.path)).toBe(true);
    expect(pids().every(isRunning)).toBe(true);
  });

  it("of a dead process is cleared away, and its build ended with all its processes", async () => {
    const owner = await deadProcess();
    const { leader, pids } = await startGroup();
    work("dead", { owner, child: leader });
    expect(workerOf(directory())).toBeUndefined();
    clearDeadWork(directory());
    await expectGone(pids());
    expect(left()).toEqual([]);
  });

  it("never ends a process that has got the number of a former build", async () => {
    const owner = await deadProcess();
    const { leader, pids } = await startGroup();
    work("dead", { owner, child: { ...leader, startTime: `${leader.startTime}0` } });
    clearDeadWork(directory());
    expect(left()).toEqual([]);
    expect(pids().every(isRunning)).toBe(true);
  });

  it("of a process that has got its owner's number is not that owner's", async () => {
    const { leader } = await startGroup();
    work("dead", { owner: { ...leader, startTime: `${leader.startTime}0` } });
    clearDeadWork(directory());
    expect(left()).toEqual([]);
  });

  it("that nobody signed, or half, is cleared away", () => {
    mkdirSync(join(directory(), "work/empty"), { recursive: true });
    write(join(directory(), "work/half/owner.json"), '{"owner":');
    clearDeadWork(directory());
    expect(left()).toEqual([]);
  });

  it("need not be there", () => {
    clearDeadWork(join(directory(), "absent"));
    expect(existsSync(join(directory(), "absent"))).toBe(false);
  });
});

describe("ending a process group", () => {
  it("is no error when it has ended already", async () => {
    const { pid } = await deadProcess();
    expect(() => killGroup(pid)).not.toThrow();
  });
});
