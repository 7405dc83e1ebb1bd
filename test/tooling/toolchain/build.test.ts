import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { buildTool } from "../../../tooling/toolchain/build";
import type { BuildArgs } from "../../../tooling/toolchain/build";
import { isCached, toolDirectory, toolFile } from "../../../tooling/toolchain/cache";
import { ToolchainError } from "../../../tooling/toolchain/errors";
import {
  endlessBuild,
  eventually,
  expectGone,
  fakeGo,
  quickBuild,
  samplePin,
  useDirectory,
  write,
  writeModules,
} from "./support";
import type { FakeGo } from "./support";

// Processes are waited for, however busy the machine is.
vi.setConfig({ testTimeout: 60_000 });

const directory = useDirectory();
const key = "sample-1.2.3-0123456789ab";

function argsFor(go: FakeGo, changes: Partial<BuildArgs> = {}): BuildArgs {
  return {
    pin: samplePin,
    go: { executable: go.executable, version: "go1.26.8" },
    modules: writeModules(directory()),
    cache: join(directory(), "cache"),
    key,
    env: go.env,
    ...changes,
  };
}

function finished(): string {
  return toolFile(join(directory(), "cache"), key, "sample");
}

/** What is left of attempts. */
function leftovers(): string[] {
  const work = join(toolDirectory(join(directory(), "cache"), key), "work");
  return existsSync(work) ? readdirSync(work) : [];
}

async function failureOf(promise: Promise<unknown>): Promise<ToolchainError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ToolchainError);
  return error as ToolchainError;
}

describe("building a tool", () => {
  it("leaves the program in the cache, and nothing else", async () => {
    const go = fakeGo(directory(), quickBuild);
    const lines: string[] = [];
    expect(await buildTool(argsFor(go, { onLine: (line) => lines.push(line) }))).toBe(finished());
    expect(isCached(finished())).toBe(true);
    expect(readFileSync(finished(), "utf8")).toContain("echo sample");
    expect(leftovers()).toEqual([]);
  });

  it("uses the pinned module's folder, read-only, with the pin's flags", async () => {
    const go = fakeGo(directory(), `pwd > '${directory()}/where'; ${quickBuild}`);
    await buildTool(argsFor(go, { pin: { ...samplePin, variables: { "main.version": "v1.2.3" } } }));
    expect(go.calls()).toHaveLength(1);
    expect(go.calls()[0]).toMatch(
      /^build -mod=readonly -trimpath -buildvcs=false -ldflags -s -w -X main\.version=v1\.2\.3 -o \S+ example\.com\/sample\/cmd\/sample$/,
    );
    expect(readFileSync(join(directory(), "where"), "utf8").trim()).toBe(join(directory(), "modules/sample"));
  });

  it("passes on where modules come from, and keeps temporary files in its own folder", async () => {
    const go = fakeGo(directory(), `env > '${directory()}/env'; ${quickBuild}`);
    const env = {
      ...go.env,
      GOPROXY: "https://proxy.example",
      GOFLAGS: "-mod=mod",
      GOOS: "plan9",
      GOTMPDIR: "/nowhere",
    };
    await buildTool(argsFor(go, { env }));
    const seen = readFileSync(join(directory(), "env"), "utf8").split("\n");
    expect(seen).toContain("GOPROXY=https://proxy.example");
    expect(seen).toContain("GOFLAGS=-buildvcs=false");
    expect(seen).toContain(`GOOS=${process.platform}`);
    expect(seen.find((line) => line.startsWith("GOTMPDIR="))).toContain(join(directory(), "cache", "toolchain", key));
  });

  it("copies the files that the pinned module ships, and changes nothing of the checkout", async () => {
    write(join(directory(), "shipped/cmd/schema.json"), "{}");
    const build = `ls > '${directory()}/source'; cat go.sum > '${directory()}/sum'; ${quickBuild}`;
    const go = fakeGo(directory(), build);
    const copies = { module: "example.com/sample", files: ["cmd/schema.json"] };
    const args = argsFor(go, { pin: { ...samplePin, package: ".", copies } });
    write(join(args.modules, "sample/main.go"), "package main\n");
    const sum = readFileSync(join(args.modules, "sample/go.sum"), "utf8");
    await buildTool(args);
    expect(go.calls()[0]).toBe("mod download -json example.com/sample");
    expect(readFileSync(join(directory(), "source"), "utf8").trim().split("\n")).toEqual([
      "go.mod",
      "go.sum",
      "main.go",
      "schema.json",
    ]);
    // What the download added to go.sum is not what the build verifies with.
    expect(readFileSync(join(directory(), "sum"), "utf8")).toBe(sum);
    expect(readFileSync(join(args.modules, "sample/go.sum"), "utf8")).toBe(sum);
    expect(readdirSync(join(args.modules, "sample")).sort()).toEqual(["go.mod", "go.sum", "main.go"]);
  });
});

describe("a build that fails", () => {
  it("shows its last lines and leaves nothing", async () => {
    const go = fakeGo(
      directory(),
      `for line in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo "line $line" >&2; done
       echo 'go: downloading example.com/x v1.0.0' >&2
       echo partial > "$output"
       exit 3`,
    );
    const error = await failureOf(buildTool(argsFor(go)));
    expect(error.message).toBe("Building sample failed with exit code 3.");
    expect(error.details).toEqual(Array.from({ length: 15 }, (_, index) => `line ${index + 6}`));
    expect(isCached(finished())).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  it("says so when the disk is full", async () => {
    const go = fakeGo(
      directory(),
      `echo '# internal/bytealg' >&2
       echo 'compile: writing output: write $WORK/b006/_pkg_.a: no space left on device' >&2
       exit 1`,
    );
    const error = await failureOf(buildTool(argsFor(go)));
    expect(error.message).toBe("The disk is full: sample could not be built.");
    expect(error.hint).toMatch(/TRUSTFOUNDRY_CACHE and GOCACHE .* continues where it stopped/);
  });

  it("says so when it was killed", async () => {
    const error = await failureOf(buildTool(argsFor(fakeGo(directory(), "kill -KILL $$"))));
    expect(error.message).toBe("The build of sample was ended by SIGKILL.");
  });

  it("says so when there is no program at the end of it", async () => {
    await expect(buildTool(argsFor(fakeGo(directory(), "exit 0")))).rejects.toThrow(/ENOENT/);
    expect(isCached(finished())).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  it("leaves nothing when Go has gone meanwhile", async () => {
    const args = argsFor(fakeGo(directory(), quickBuild));
    const gone = { ...args, go: { executable: join(directory(), "gone"), version: "go1.26.8" } };
    await expect(buildTool(gone)).rejects.toThrow(/ENOENT/);
    expect(leftovers()).toEqual([]);
  });
});

describe("an interrupted build", () => {
  it("ends with all its processes, even those that do not listen", async () => {
    const go = fakeGo(directory(), endlessBuild);
    const controller = new AbortController();
    const building = failureOf(buildTool(argsFor(go, { signal: controller.signal })));
    await eventually(() => expect(go.processes()).toHaveLength(2));
    controller.abort();
    const error = await building;
    expect(error.message).toBe("Interrupted while making the tools.");
    expect(error.hint).toMatch(/what was compiled so far is kept/);
    await expectGone(go.processes());
    expect(isCached(finished())).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  it("does not begin when it was interrupted before", async () => {
    const go = fakeGo(directory(), quickBuild);
    await expect(buildTool(argsFor(go, { signal: AbortSignal.abort() }))).rejects.toThrow();
    expect(go.calls()).toEqual([]);
  });
});
