import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execa, execaSync } from "execa";
import * as semver from "semver";
import { cacheRoot } from "../toolchain/cache";
import { checkout } from "../toolchain/ensure";

/** The programs whose states today's have to leave alone. */
export interface Baseline {
  readonly commit: string;
  /** `v0.1.0`, or why it is this commit. */
  readonly why: string;
}

export interface NamedBaseline {
  readonly commit: string;
  /** Of its content: a history that was squashed or rewritten has it under another commit. */
  readonly tree: string;
  readonly reason: string;
}

/** The newest release's tag; before there is one, the commit that baseline.json names. Or why there is none. */
export function findBaseline(directory = checkout, named = readNamed()): Baseline | { readonly missing: string } {
  const git = (...args: string[]) => execaSync("git", args, { cwd: directory, reject: false, stdin: "ignore" });
  const tags = git("tag", "--list", "v*", "--merged", "HEAD");
  if (tags.exitCode !== 0)
    return { missing: "this is no git checkout, and only its history has the programs of the last release" };
  const newest = newestRelease(tags.stdout.split("\n"));
  const resolved = (name: string) => {
    const { exitCode, stdout } = git("rev-parse", "--verify", "--quiet", `${name}^{commit}`);
    return exitCode === 0 ? stdout.trim() : undefined;
  };
  const withTree = () =>
    git("log", "--format=%H %T", "HEAD")
      .stdout.split("\n")
      .map((line) => line.split(" "))
      .find(([, tree]) => tree === named.tree)?.[0];
  const commit = newest === undefined ? (resolved(named.commit) ?? withTree()) : resolved(newest);
  if (commit === undefined)
    return {
      missing: `the history here does not reach back to ${newest ?? named.commit.slice(0, 12)} (a shallow clone?); fetch it`,
    };
  return { commit, why: newest ?? `${commit.slice(0, 7)}: ${named.reason}` };
}

function readNamed(): NamedBaseline {
  return JSON.parse(readFileSync(join(__dirname, "baseline.json"), "utf8")) as NamedBaseline;
}

/** The newest tag that is a release: drafts such as v1.0.0-rc.1 are none. */
export function newestRelease(tags: readonly string[]): string | undefined {
  const releases = tags.filter((tag) => /^v\d+\.\d+\.\d+$/.test(tag));
  return releases.sort((a, b) => semver.rcompare(a.slice(1), b.slice(1)))[0];
}

/** The tree of a commit in the cache, made once. It uses this checkout's packages: what is compared are programs. */
export async function treeOf({ commit }: Baseline, directory = checkout): Promise<string> {
  const tree = join(cacheRoot(), "previews", commit);
  if (existsSync(tree)) return tree;
  const parent = join(cacheRoot(), "previews");
  mkdirSync(parent, { recursive: true });
  const scratch = mkdtempSync(join(parent, "tree-"));
  try {
    const archive = join(scratch, "tree.tar");
    await execa("git", ["archive", "--format=tar", "-o", archive, commit], { cwd: directory, stdin: "ignore" });
    await execa("tar", ["-xf", archive, "-C", scratch], { stdin: "ignore" });
    rmSync(archive);
    // Another command may have been quicker.
    if (!existsSync(tree)) renameSync(scratch, tree);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return tree;
}

/** A link to this checkout's packages, where the tree has none: made each time, since checkouts move. */
export function linkPackages(tree: string, directory = checkout): void {
  const link = join(tree, "node_modules");
  rmSync(link, { force: true });
  symlinkSync(join(directory, "node_modules"), link);
}
