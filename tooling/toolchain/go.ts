import { existsSync } from "node:fs";
import { execa } from "execa";
import { ToolchainError } from "./errors";
import { findOnPath } from "./onPath";

export interface Go {
  readonly executable: string;
  /** As Go says it: `go1.26.8`. */
  readonly version: string;
}

/** The oldest Go that the pinned modules are written for. */
export const oldestGo = { major: 1, minor: 26 };

const needed = `Go ${oldestGo.major}.${oldestGo.minor} or newer`;
const installHint = `Install ${needed} from https://go.dev/dl/ and put it first on PATH.`;
/** Where its installer puts it, which is not on everybody's PATH. */
const usualPlace = "/usr/local/go/bin/go";

/** What Go calls Node's names. */
const systems: Readonly<Record<string, string>> = { win32: "windows" };
const processors: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/**
 * What a build is made with, whatever the user has set, here or with `go env -w`: for this machine, no C compiler, no
 * workspace file, no silent download of another Go. Where modules come from and how they are verified stays the user's
 * own.
 */
export function goEnvironment(env: NodeJS.ProcessEnv, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const own = { ...env };
  for (const name of ["GOROOT", "GOEXPERIMENT", "GOFIPS140", "GONOSUMCHECK"]) delete own[name];
  // An unset or empty variable would let the one of `go env -w` through.
  return {
    ...own,
    GOOS: systems[process.platform] ?? process.platform,
    GOARCH: processors[process.arch] ?? process.arch,
    GOAMD64: "v1",
    GOARM64: "v8.0",
    CGO_ENABLED: "0",
    GOFLAGS: "-buildvcs=false",
    GOWORK: "off",
    GO111MODULE: "on",
    GOTOOLCHAIN: "local",
    ...more,
  };
}

/** Finds Go; undefined where there is none. */
export async function findGo(env: NodeJS.ProcessEnv): Promise<Go | undefined> {
  const executable = findOnPath("go", env) ?? (existsSync(usualPlace) ? usualPlace : undefined);
  if (!executable) return undefined;
  const result = await execa(executable, ["env", "GOVERSION"], {
    env: goEnvironment(env),
    extendEnv: false,
    cwd: "/",
    reject: false,
    timeout: 20_000,
  });
  if (result.exitCode !== 0 || !result.stdout.trim())
    throw new ToolchainError(
      `${executable} does not work: \`go env GOVERSION\` says "${firstLine(result.stderr)}".`,
      installHint,
    );
  return { executable, version: result.stdout.trim() };
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] || "nothing";
}

/** `go1.26.8`, `go1.27rc1`, `devel go1.28-…` and vendors' suffixes. */
export function isNewEnough(version: string): boolean {
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return false;
  return Number(major) > oldestGo.major || (Number(major) === oldestGo.major && Number(minor) >= oldestGo.minor);
}

/** Go, or the sentence that says what is missing. */
export function requireGo(go: Go | undefined, tool: string): Go {
  if (!go)
    throw new ToolchainError(
      `Go is missing: ${tool} is built from source, and there is no \`go\` on PATH.`,
      installHint,
    );
  if (!isNewEnough(go.version))
    throw new ToolchainError(`${go.executable} is ${go.version}; ${tool} needs ${needed}.`, installHint);
  return go;
}
