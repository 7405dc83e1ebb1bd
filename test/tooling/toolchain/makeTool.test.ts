import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { buildTool } from "../../../tooling/toolchain/build";
import { isCached, toolDirectory, toolFile } from "../../../tooling/toolchain/cache";
import { buildKey } from "../../../tooling/toolchain/key";
import { makeTool, presentTool } from "../../../tooling/toolchain/makeTool";
import type { MakeArgs } from "../../../tooling/toolchain/makeTool";
import { root } from "../../support/factory";
import {
  endlessBuild,
  eventually,
  expectGone,
  fakeGo,
  isRunning,
  quickBuild,
  samplePin,
  useDirectory,
  writeModules,
} from "./support";
import type { FakeGo } from "./support";

// Processes are waited for, however busy the machine is.
vi.setConfig({ testTimeout: 60_000 });

const directory = useDirectory();
const machine = { system: process.platform, arch: process.arch };

function argsFor(go: FakeGo, changes: Partial<MakeArgs> = {}): MakeArgs {
  return {
    pin: samplePin,
    cache: join(directory(), "cache"),
    modules: writeModules(directory()),
    machine,
    env: go.env,
    go: { executable: go.executable, version: "go1.26.8" },
    mode: "build",
    ...changes,
  };
}

function keyOf({ pin, modules }: MakeArgs): string {
  return buildKey({ pin, modules, goVersion: "go1.26.8", platform: `${machine.system}-${machine.arch}` });
}

function finished(args: MakeArgs): string {
  return toolFile(args.cache, keyOf(args), args.pin.name);
}

/** What is known of those who work at the tool. */
function ownerFiles(args: MakeArgs): string {
  const work = join(toolDirectory(args.cache, keyOf(args)), "work");
  return readdirSync(work)
    .map((entry) => readFileSync(join(work, entry, "owner.json"), "utf8"))
    .join();
}

interface Builder {
  readonly process: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

const builders: Builder[] = [];
afterEach(() => {
  for (const { process: child } of builders.splice(0)) child.kill("SIGKILL");
});

/** Makes the tool in another process. */
function startBuilder(args: MakeArgs): Builder {
  const child = spawn(process.execPath, ["--import", "tsx", join(__dirname, "builder.ts"), JSON.stringify(args)], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const builder = { process: child, output: () => output, ended };
  builders.push(builder);
  return builder;
}

describe("making a tool", () => {
  it("builds it once; then it is there", async () => {
    const go = fakeGo(directory(), quickBuild);
    const args = argsFor(go);
    expect(await presentTool(args)).toBeUndefined();
    const steps: string[] = [];
    const tool = await makeTool({ ...args, onStep: (step) => steps.push(step) });
    expect(tool).toEqual({ name: "sample", path: finished(args), version: "1.2.3", origin: "built" });
    expect(steps).toEqual(["building with go1.26.8"]);
    expect(await presentTool(args)).toEqual({ ...tool, origin: "cached" });
    await makeTool(args);
    expect(go.calls()).toHaveLength(1);
  });

  it("takes an installed one that is new enough, unless everything is to be built from pinned source", async () => {
    const go = fakeGo(directory(), quickBuild);
    const installed = join(directory(), "installed");
    mkdirSync(installed);
    writeFileSync(join(installed, samplePin.name), "#!/bin/sh\necho v9.9.9\n", { mode: 0o755 });
    const pin = { ...samplePin, onPath: { range: ">=1.0.0", versionArgs: [] } };
    const env = { ...go.env, PATH: `${installed}:${go.env.PATH ?? ""}` };
    expect(await presentTool(argsFor(go, { pin, env, mode: "prefer-download" }))).toMatchObject({
      origin: "installed",
    });
    expect(await presentTool(argsFor(go, { pin, env, mode: "build" }))).toBeUndefined();
  });

  it("wants Go, and one that is new enough", async () => {
    const go = fakeGo(directory(), quickBuild);
    await expect(makeTool(argsFor(go, { go: undefined }))).rejects.toThrow(
      /Go is missing: sample is built from source/,
    );
    const old = { executable: go.executable, version: "go1.25.3" };
    await expect(makeTool(argsFor(go, { go: old }))).rejects.toThrow(/is go1\.25\.3; sample needs Go 1\.26 or newer/);
  });

  it("builds once where two processes want it at once", async () => {
    // The build goes on until the other process has been seen waiting.
    const release = join(directory(), "release");
    const go = fakeGo(directory(), `while ! [ -e '${release}' ]; do sleep 0.05; done; ${quickBuild}`);
    const args = argsFor(go);
    const two = [startBuilder(args), startBuilder(args)];
    await eventually(() =>
      expect(two.map(({ output }) => output()).join("")).toMatch(/waiting for (process \d+|another run)/),
    );
    await eventually(() => expect(go.calls()).toHaveLength(1));
    expect(isCached(finished(args))).toBe(false);
    writeFileSync(release, "");
    expect(await Promise.all(two.map(({ ended }) => ended))).toEqual([0, 0]);
    for (const { output } of two) expect(output()).toContain(`made: ${finished(args)}`);
    expect(go.calls()).toHaveLength(1);
  });

  it("leaves nothing that looks finished when it is killed, and the next run clears up behind it", async () => {
    const endless = fakeGo(directory(), endlessBuild);
    const args = argsFor(endless);
    const killed = startBuilder(args);
    await eventually(() => expect(endless.processes()).toHaveLength(2));
    // Its number is written down right after its start.
    await eventually(() => expect(ownerFiles(args)).toMatch(/"child"/));
    killed.process.kill("SIGKILL");
    await killed.ended;
    expect(existsSync(finished(args))).toBe(false);
    expect(await presentTool(args)).toBeUndefined();
    const orphans = endless.processes();
    expect(orphans.every(isRunning)).toBe(true);

    // Its lock expires by itself, which the lock's own tests show; whoever holds the next one clears up.
    const go = fakeGo(directory(), quickBuild);
    await buildTool({ ...args, env: go.env, go: { executable: go.executable, version: "go1.26.8" }, key: keyOf(args) });
    expect(isCached(finished(args))).toBe(true);
    await expectGone(orphans);
  });
});
