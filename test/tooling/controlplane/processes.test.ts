import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  findProcesses,
  fromPs,
  fromStat,
  identify,
  isAlive,
  startProcess,
  stopProcess,
} from "../../../tooling/controlplane/processes";
import type { Started } from "../../../tooling/controlplane/processes";

let directory: string;
const started: Started[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "trustfoundry-processes-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(started.splice(0).map(({ id }) => stopProcess(id, 0)));
  rmSync(directory, { recursive: true, force: true });
});

async function run(script: string, ...args: string[]): Promise<Started> {
  const process_ = await startProcess({
    executable: process.execPath,
    args: ["-e", script, ...args],
    directory,
    logFile: join(directory, "log"),
  });
  started.push(process_);
  return process_;
}

async function logged(text: string): Promise<string> {
  await vi.waitFor(() => expect(readFileSync(join(directory, "log"), "utf8")).toContain(text), { timeout: 5_000 });
  return readFileSync(join(directory, "log"), "utf8");
}

const idle = "console.log('up'); setInterval(() => {}, 1000)";

describe("a process's identity", () => {
  it("is read behind the last bracket, whatever the program calls itself", () => {
    const fields = ["S", ...Array.from({ length: 18 }, (_, index) => String(index)), "4711", "0"];
    expect(fromStat(7, `7 (evil) Z 1 (x) ${fields.join(" ")}`, "boot")).toEqual({ pid: 7, startTime: "boot/4711" });
    expect(fromStat(7, `7 (etcd) ${["Z", ...fields.slice(1)].join(" ")}`, "boot")).toBeUndefined();
  });

  it("is read from ps where there is no /proc", () => {
    expect(fromPs(7, "Ss   Tue Nov 24 16:21:41 2026\n")).toEqual({ pid: 7, startTime: "Tue Nov 24 16:21:41 2026" });
    expect(fromPs(7, "Z+   Tue Nov 24 16:21:41 2026\n")).toBeUndefined();
    expect(fromPs(7, "")).toBeUndefined();
  });

  it("differs from that of a later process with the same number, which is never ended", async () => {
    const { id } = await run(idle);
    const former = { ...id, startTime: `${id.startTime}0` };
    expect(isAlive(id)).toBe(true);
    expect(isAlive(former)).toBe(false);
    await stopProcess(former, 0);
    expect(isAlive(id)).toBe(true);
  });

  it("does not exist for what is gone", () => {
    expect(identify(0)).toBeUndefined();
    expect(identify(2 ** 22 + 1)).toBeUndefined();
  });
});

describe("a started process", () => {
  it("leads a session of its own, writes a private log and inherits no secret", async () => {
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "canary-passphrase");
    await run(`console.log(JSON.stringify(process.env)); ${idle}`);
    const log = await logged("up");
    expect(log).not.toContain("canary-passphrase");
    expect(statSync(join(directory, "log")).mode & 0o777).toBe(0o600);
  });

  it("keeps the former run's log", async () => {
    const { id } = await run(idle.replace("up", "first"));
    await logged("first");
    await stopProcess(id, 1_000);
    await run(idle);
    await logged("up");
    expect(readFileSync(join(directory, "log"), "utf8")).not.toContain("first");
    expect(readFileSync(join(directory, "log.1"), "utf8")).toContain("first");
  });

  it("is asked to end, then ended", async () => {
    const { id } = await run(`process.on("SIGTERM", () => console.log("asked")); ${idle}`);
    await logged("up");
    await stopProcess(id, 200);
    expect(isAlive(id)).toBe(false);
    expect(readFileSync(join(directory, "log"), "utf8")).toContain("asked");
  });

  it("tells how it ended", async () => {
    const failed = await run("process.exit(3)");
    await vi.waitFor(() => expect(failed.exit).toEqual({ code: 3, signal: null }));
    const killed = await run(idle);
    await stopProcess(killed.id, 0);
    await vi.waitFor(() => expect(killed.exit?.signal).toMatch(/SIGTERM|SIGKILL/));
  });

  it("is found again by its command line", async () => {
    const { id } = await run(idle, "--", `--data-dir=${directory}/etcd`);
    await logged("up");
    expect(findProcesses("node", `--data-dir=${directory}/`)).toEqual([id]);
    expect(findProcesses("etcd", `--data-dir=${directory}/`)).toEqual([]);
    expect(findProcesses("node", `--data-dir=${directory}x/`)).toEqual([]);
  });

  it("that cannot be started says so", async () => {
    const start = startProcess({
      executable: join(directory, "absent"),
      args: [],
      directory,
      logFile: join(directory, "log"),
    });
    await expect(start).rejects.toThrow(/ENOENT/);
  });
});
