import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { runGroup } from "../../../tooling/toolchain/processGroup";
import type { GroupArgs } from "../../../tooling/toolchain/processGroup";
import { root } from "../../support/factory";
import { endlessBuild, eventually, expectGone, fakeGo, useDirectory, write } from "./support";

vi.setConfig({ testTimeout: 60_000 });

const directory = useDirectory();

function shell(script: string, changes: Partial<GroupArgs> = {}): GroupArgs {
  return {
    executable: "/bin/sh",
    args: ["-c", script],
    directory: directory(),
    env: { PATH: process.env.PATH },
    ...changes,
  };
}

describe("a program in a group of its own", () => {
  it("gives what it printed, line by line, and its standard output alone", async () => {
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    const result = await runGroup(shell("echo one; echo two >&2; printf three; exit 4", { onLine }));
    expect({ ...result, output: [...result.output].sort() }).toEqual({
      code: 4,
      signal: null,
      output: ["one", "three", "two"],
      stdout: "one\nthree",
    });
    expect([...lines].sort()).toEqual(["one", "three", "two"]);
  });

  it("is remembered by its last 500 lines", async () => {
    const { output, stdout } = await runGroup(shell("seq 1 1200"));
    expect(output).toHaveLength(500);
    expect([output[0], output.at(-1)]).toEqual(["701", "1200"]);
    expect(stdout.trim().split("\n")).toHaveLength(1200);
  });

  it("has the folder and the environment that it is given, and no input", async () => {
    const result = await runGroup(shell("pwd; echo $OWN$SECRET; cat", { env: { OWN: "own" } }));
    expect(result.output).toEqual([directory(), "own"]);
  });

  it("leads its group", async () => {
    const pids: number[] = [];
    const result = await runGroup(shell("ps -o pgid= -p $$", { onStart: (pid) => pids.push(pid) }));
    expect(pids.map(String)).toEqual([result.stdout.trim()]);
  });

  it("that is not there is an error", async () => {
    await expect(runGroup(shell("", { executable: join(directory(), "absent") }))).rejects.toThrow(/ENOENT/);
  });

  it("ends with the process that started it", async () => {
    const go = fakeGo(directory(), endlessBuild);
    const program = write(
      join(directory(), "starter.ts"),
      `import { runGroup } from ${JSON.stringify(join(root, "tooling/toolchain/processGroup"))};
       void runGroup({ executable: ${JSON.stringify(go.executable)}, args: ["build", "-o", "x"], directory: "/", env: process.env });
       process.stdin.once("data", () => process.exit(0));`,
    );
    const starter = spawn(process.execPath, ["--import", "tsx", program], {
      cwd: root,
      stdio: ["pipe", "inherit", "inherit"],
    });
    const ended = new Promise((resolve) => starter.once("close", resolve));
    await eventually(() => expect(go.processes()).toHaveLength(2));
    starter.stdin.write("end\n");
    await ended;
    await expectGone(go.processes());
  });
});
