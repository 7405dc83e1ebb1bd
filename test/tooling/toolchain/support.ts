import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { identify } from "../../../tooling/controlplane/processes";
import type { ToolPin } from "../../../tooling/toolchain/pins";

/** A folder for each test of a file, which goes with it. */
export function useDirectory(): () => string {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "trustfoundry-toolchain-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  return () => directory;
}

export const samplePin: ToolPin = {
  name: "sample",
  group: "test",
  version: "1.2.3",
  module: "sample",
  package: "example.com/sample/cmd/sample",
  source: "example.com/sample v1.2.3",
  usualSeconds: 1,
};

export function write(file: string, content: string, mode = 0o644): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

/** Folder of modules with the sample's in it. */
export function writeModules(directory: string): string {
  const modules = join(directory, "modules");
  write(join(modules, "sample/go.mod"), "module sample\n");
  write(join(modules, "sample/go.sum"), "example.com/sample v1.2.3 h1:x=\n");
  return modules;
}

export interface FakeGo {
  readonly executable: string;
  readonly env: NodeJS.ProcessEnv;
  /** What it was called with, a line each. */
  calls(): string[];
  /** The processes that the build noted. */
  processes(): number[];
}

/**
 * A stand-in for `go`: `build` runs this piece of shell, where `$output` is the file to make and `note` writes down a
 * process in the file `$processes`; `mod download` answers with the folder `shipped`, and changes go.sum as a careless Go would.
 */
export function fakeGo(directory: string, build: string, version = "go1.26.8"): FakeGo {
  const [log, processes] = [join(directory, "go.log"), join(directory, "go.processes")];
  const executable = write(
    join(directory, "path/go"),
    `#!/bin/sh
echo "$*" >> '${log}'
processes='${processes}'
note() { echo "$1" >> "$processes"; }
case "$1" in
  env) echo '${version}' ;;
  mod)
    echo 'go: downloading example.com/sample v1.2.3' >&2
    echo 'changed' >> go.sum
    printf '{"Dir": "%s"}' '${join(directory, "shipped")}' ;;
  build)
    while [ "$1" != -o ]; do shift; done
    output="$2"
    ${build}
    ;;
esac
`,
    0o755,
  );
  const lines = (file: string) => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
  return {
    executable,
    env: { PATH: `${dirname(executable)}:${process.env.PATH}`, HOME: directory },
    calls: () => lines(log),
    processes: () => lines(processes).map(Number),
  };
}

/**
 * A build that does not end by itself as long as its test's folder is there, with a compiler of its own that does not
 * care about being asked to end.
 */
export const endlessBuild = `
    note $$
    sh -c 'trap "" TERM; echo $$ >> "$0"; while [ -e "$0" ]; do sleep 0.1; done' "$processes" &
    wait`;

export const quickBuild = `printf '#!/bin/sh\\necho sample\\n' > "$output"; chmod 755 "$output"`;

export function isRunning(pid: number): boolean {
  return identify(pid) !== undefined;
}

/** Waits for what another process does; how long it takes says nothing. */
export function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 30_000, interval: 25 });
}

export function expectGone(pids: readonly number[]): Promise<void> {
  expect(pids.length).toBeGreaterThan(0);
  return eventually(() => expect(pids.filter(isRunning)).toEqual([]));
}
