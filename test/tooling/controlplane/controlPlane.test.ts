import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { instanceDestroy, instanceUp } from "../../../tooling/controlplane/instance";
import { identify } from "../../../tooling/controlplane/processes";
import { UserError } from "../../../tooling/ui";

/** Programs that behave badly in one way each: what goes wrong at a start, without any real control plane. */
let directory: string;
let runs: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "trustfoundry-control-plane-"));
  runs = join(directory, "runs");
  writeFileSync(runs, "");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const sleeps = "exec sleep 60";

function programs(scripts: Partial<Record<"etcd" | "kube-apiserver", string>>): (tool: string) => string {
  const bin = join(directory, "bin");
  mkdirSync(bin);
  for (const tool of ["etcd", "kube-apiserver"] as const) {
    const path = join(bin, tool);
    writeFileSync(path, `#!/bin/sh\necho "${tool} $$" >> "${runs}"\n${scripts[tool] ?? sleeps}\n`);
    chmodSync(path, 0o700);
  }
  return (tool) => join(bin, tool);
}

const instance = () => join(directory, "instance");

async function up(
  bin: (tool: string) => string,
  options: { port?: number; signal?: AbortSignal; clusters?: string[] } = {},
): Promise<unknown> {
  const clusters = (options.clusters ?? ["trust"]).map((name) => ({ name, nodes: [], port: options.port }));
  return instanceUp({ directory: instance(), bin, clusters, signal: options.signal }).catch((error: unknown) => error);
}

function startedPids(): number[] {
  return readFileSync(runs, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => Number(line.split(" ")[1]));
}

function expectNoOrphan(): void {
  expect(startedPids().length).toBeGreaterThan(0);
  for (const pid of startedPids()) expect(identify(pid)).toBeUndefined();
}

describe("a start that goes wrong", () => {
  it("shows the failing program's own words once, and leaves no process behind", async () => {
    const error = await up(programs({ "kube-apiserver": "echo 'Error: unknown flag: --x'; exit 1" }));
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toBe(
      "kube-apiserver of the control plane trust ended with exit code 1. Its last lines:\n    Error: unknown flag: --x",
    );
    expectNoOrphan();
  });

  it("tells a full disk from other failures", async () => {
    const error = await up(programs({ etcd: "echo 'panic: write /wal: no space left on device'; exit 2" }));
    expect((error as UserError).message).toMatch(/^The disk that holds .*etcd\.log is full\.$/);
    expectNoOrphan();
  });

  it("says that a program was killed", async () => {
    const error = await up(programs({ etcd: "kill -KILL $$" }));
    expect((error as UserError).message).toMatch(/^etcd of the control plane trust was killed by SIGKILL/);
    expectNoOrphan();
  });

  it("says which program cannot be executed", async () => {
    const error = await up(() => join(directory, "absent"));
    expect((error as Error).message).toContain("absent");
  });

  it("tries other ports, a few times, when another process was faster", async () => {
    const error = await up(programs({ "kube-apiserver": "echo 'bind: address already in use'; exit 1" }));
    expect((error as UserError).message).toBe("No free port was found for the control plane trust in 5 attempts.");
    expect(startedPids()).toHaveLength(10);
    expectNoOrphan();
  });

  it("never replaces a port that was asked for", async () => {
    const error = await up(programs({ "kube-apiserver": "echo 'bind: address already in use'; exit 1" }), {
      port: 39_871,
    });
    expect((error as UserError).message).toMatch(/^Port 39871, which was asked for/);
    expect(startedPids()).toHaveLength(2);
    expectNoOrphan();
  });

  it("is undone when the user interrupts it", async () => {
    const interrupt = new AbortController();
    const pending = up(programs({}), { signal: interrupt.signal, clusters: ["trust", "provider"] });
    await vi.waitFor(() => expect(startedPids()).toHaveLength(4), { timeout: 5_000 });
    interrupt.abort(new UserError("interrupted"));
    expect(await pending).toEqual(new UserError("interrupted"));
    expectNoOrphan();
  });

  it("of one control plane stops the other one, and the first reason is told", async () => {
    const failing = `case "$*" in *provider*) echo 'Error: broken'; exit 1;; esac; ${sleeps}`;
    const error = await up(programs({ etcd: failing }), { clusters: ["trust", "provider"] });
    expect((error as UserError).message).toMatch(/^etcd of the control plane provider ended/);
    expectNoOrphan();
  });
});

describe("an instance's directory", () => {
  it("that holds something else is neither used nor removed", async () => {
    mkdirSync(instance());
    writeFileSync(join(instance(), "precious"), "");
    expect(((await up(programs({}))) as UserError).message).toMatch(/holds no control planes of a rehearsal/);
    await expect(instanceDestroy({ directory: instance() })).rejects.toThrow(/nothing in it is touched/);
    expect(existsSync(join(instance(), "precious"))).toBe(true);
  });

  it("is removed whole by destroy, and destroying nothing is no failure", async () => {
    await up(programs({ etcd: "exit 1" }));
    expect(existsSync(join(instance(), "trust", "pki"))).toBe(true);
    await instanceDestroy({ directory: instance() });
    expect(existsSync(instance())).toBe(false);
    await instanceDestroy({ directory: instance() });
  });
});
