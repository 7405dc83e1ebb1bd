import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { causeOf, endedProcess, lastLines, logTail, withDiskFullMessage } from "../../../tooling/controlplane/logs";
import type { UserError } from "../../../tooling/ui";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "trustfoundry-logs-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function ended(log: string, exit: { code: number | null; signal: NodeJS.Signals | null }): UserError {
  const logFile = join(directory, "etcd.log");
  writeFileSync(logFile, log);
  return endedProcess({ cluster: "trust", program: "etcd", logFile, exit });
}

describe("a process that ended", () => {
  it.each([
    ["panic: write /x/wal: no space left on device", { code: 2, signal: null }, "diskFull"],
    ["listen tcp 127.0.0.1:6443: bind: address already in use", { code: 1, signal: null }, "portTaken"],
    ["all is well", { code: null, signal: "SIGKILL" as const }, "killed"],
    ["unknown flag", { code: 1, signal: null }, "failed"],
  ])("%s: its cause is known", (log, exit, cause) => {
    expect(causeOf(log, exit)).toBe(cause);
  });

  it("of a full disk says so in one sentence and names a way out", () => {
    const error = ended("write: no space left on device", { code: 1, signal: null });
    expect(error.message).toBe(`The disk that holds ${join(directory, "etcd.log")} is full.`);
    expect(error.hint).toMatch(/Free some space/);
  });

  it("by a signal names the process, the control plane and the log", () => {
    const error = ended("", { code: null, signal: "SIGKILL" });
    expect(error.message).toBe(
      "etcd of the control plane trust was killed by SIGKILL; the machine may be short of memory.",
    );
    expect(error.hint).toContain(join(directory, "etcd.log"));
  });

  it("by itself shows its exit code and the lines that tell, not the chatter", () => {
    const chatter = Array.from({ length: 50 }, (_, index) => `I1124 chatter ${index}`).join("\n");
    const error = ended(`${chatter}\nE1124 the reason\n${chatter}`, { code: 1, signal: null });
    expect(error.message).toMatch(/^etcd of the control plane trust ended with exit code 1\./);
    expect(error.message).toContain("E1124 the reason");
    expect(error.message).not.toContain("chatter");
  });
});

describe("logs", () => {
  it("are read from the end, however long they are", () => {
    const path = join(directory, "long.log");
    writeFileSync(path, `${"x".repeat(300_000)}\nlast`);
    const tail = logTail(path);
    expect(tail.length).toBe(64 * 1024);
    expect(tail.endsWith("\nlast")).toBe(true);
    expect(logTail(join(directory, "absent"))).toBe("");
  });

  it("show the last lines where none is an error, cut to a readable length", () => {
    expect(lastLines(`a\n\nb\n${"c".repeat(400)}\n`, 2)).toBe(`    b\n    ${"c".repeat(300)}…`);
  });
});

describe("a write of our own to a full disk", () => {
  it("says so; other failures stay what they are", async () => {
    const full = withDiskFullMessage("/data", () => Promise.reject(Object.assign(new Error("x"), { code: "ENOSPC" })));
    await expect(full).rejects.toThrow("The disk that holds /data is full.");
    await expect(withDiskFullMessage("/data", () => Promise.reject(new Error("other")))).rejects.toThrow("other");
    expect(await withDiskFullMessage("/data", () => Promise.resolve(1))).toBe(1);
  });
});
