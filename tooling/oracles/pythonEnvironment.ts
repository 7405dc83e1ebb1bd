import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOnPath, parseVersion } from "../toolchain/onPath";
import { withLock } from "../toolchain/lock";
import { runGroup } from "../toolchain/processGroup";
import { UserError } from "../ui";
import type { OracleContext } from "./oracle";

/** What sev-snp-measure 0.0.13 asks for. */
const oldestMinor = 10;

/** A file that pip takes with `--require-hashes`: everything that is installed is compared with it. */
export interface Requirements {
  readonly name: string;
  readonly file: string;
}

/** A Python with this package, in a virtual environment of its own in the cache. Returns the interpreter's path. */
export async function pythonEnvironment(
  required: string | Requirements,
  context: Pick<OracleContext, "directory" | "env" | "signal" | "show">,
): Promise<string> {
  const { directory, env, signal, show } = context;
  const { requirement, pipArgs } = wantedOf(required);
  const system = findOnPath("python3", env);
  if (!system) throw tooOld("There is no python3 on PATH");
  const run = async (executable: string, ...args: string[]) => {
    const result = await runGroup({ executable, args, directory, env, signal });
    signal.throwIfAborted();
    return result;
  };
  return await withLock(directory, { onWait: () => show("waiting for another run"), signal }, async () => {
    const version = parseVersion((await run(system, "--version")).output.join(" ")) ?? "";
    const [major, minor] = version.split(".").map(Number) as [number, number];
    if (major !== 3 || !(minor >= oldestMinor)) throw tooOld(`${system} is Python ${version || "of unknown version"}`);

    const root = join(directory, `python-${major}.${minor}-${requirement.replaceAll("==", "-")}`);
    const python = join(root, "bin", "python");
    const complete = join(root, "complete");
    if (existsSync(complete) && existsSync(python)) return python;
    // What an interrupted run left is half an environment.
    rmSync(root, { recursive: true, force: true });
    const steps: readonly [string, string, ...string[]][] = [
      ["making a virtual environment", system, "-m", "venv", root],
      [`installing ${requirement}`, python, "-m", "pip", "install", "--disable-pip-version-check", ...pipArgs],
    ];
    for (const [what, executable, ...args] of steps) {
      show(what);
      const { code, output } = await run(executable, ...args);
      if (code !== 0)
        throw new UserError(
          `Python failed at ${what}.`,
          "See what it says; it needs the venv module and a Python package index (PIP_INDEX_URL) that it can reach.",
          output.slice(-10),
        );
    }
    writeFileSync(complete, requirement);
    return python;
  });
}

function wantedOf(required: string | Requirements): { requirement: string; pipArgs: readonly string[] } {
  if (typeof required === "string") return { requirement: required, pipArgs: [required] };
  const { name, file } = required;
  const digest = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 10);
  return { requirement: `${name}-${digest}`, pipArgs: ["--require-hashes", "--requirement", file] };
}

function tooOld(problem: string): UserError {
  return new UserError(
    `${problem}; this oracle needs Python 3.${oldestMinor} or newer.`,
    `Install it, put it first on PATH as python3, and run the command again.`,
  );
}
