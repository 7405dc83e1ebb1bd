import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { UserError } from "../ui";
import { byText } from "./text";

/** A project as it stands in base or head, ready to be run. */
export interface Side {
  readonly root: string;
  /** For readers: a commit, or `working tree`. The same whatever the branch is called. */
  readonly label: string;
  readonly remove: () => Promise<void>;
}

const nothingToRemove = () => Promise.resolve();

/** A folder as it is, or a commit checked out beside the repository. `reference` undefined: the working tree. */
export async function openSide(
  repository: string,
  reference: string | undefined,
  what: "base" | "head",
): Promise<Side> {
  if (reference === undefined)
    return { root: requireProject(repository, what), label: "working tree", remove: nothingToRemove };
  if (existsSync(resolve(repository, reference)) && statSync(resolve(repository, reference)).isDirectory())
    return {
      root: requireProject(resolve(repository, reference), what),
      label: "folder",
      remove: nothingToRemove,
    };
  const commit = await commitOf(repository, reference, what);
  const folder = mkdtempSync(join(tmpdir(), "trustfoundry-review-"));
  const root = join(folder, what);
  // No hook of the repository runs for a commit that may be anybody's.
  await git(repository, ["-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", "--quiet", root, commit]);
  const remove = async () => {
    await git(repository, ["worktree", "remove", "--force", root]).catch(() => git(repository, ["worktree", "prune"]));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await providePackages(requireProject(root, what), repository, what);
  } catch (error) {
    await remove();
    throw error;
  }
  return { root, label: commit.slice(0, 12), remove };
}

async function commitOf(repository: string, reference: string, what: string): Promise<string> {
  try {
    return await git(repository, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${reference}^{commit}`]);
  } catch {
    throw new UserError(
      `--${what} ${reference} is neither a folder nor a commit of ${repository}.`,
      "Write a branch, a tag or a commit that was fetched (`git fetch origin main`), or a folder.",
    );
  }
}

async function git(directory: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execa("git", args, { cwd: directory, stdin: "ignore" });
  return stdout.trim();
}

function requireProject(root: string, what: string): string {
  const missing = ["Pulumi.yaml", "package-lock.json", "stacks/program.ts"].find(
    (file) => !existsSync(join(root, file)),
  );
  if (missing !== undefined)
    throw new UserError(`--${what}: ${root} is no Trustfoundry project: it has no ${missing}.`);
  return root;
}

/** The same lock file gives the same packages, so they are shared; another one is installed, without running scripts. */
async function providePackages(root: string, repository: string, what: string): Promise<void> {
  const lock = (directory: string) => readFileSync(join(directory, "package-lock.json"), "utf8");
  const installed = join(repository, "node_modules");
  if (existsSync(installed) && lock(root) === lock(repository)) {
    symlinkSync(installed, join(root, "node_modules"), "dir");
    return;
  }
  try {
    await execa("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: root,
      stdin: "ignore",
      env: quietEnvironment(),
      extendEnv: false,
    });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new UserError(`The packages of ${what} could not be installed.`, "Mend its package-lock.json.", [
      ...(stderr ?? "").split("\n").slice(0, 5),
    ]);
  }
}

const passedOn =
  /^(PATH|HOME|USER|LANG|LC_.*|TMPDIR|TZ|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(HTTPS?|NO|ALL)_PROXY|TRUSTFOUNDRY_CACHE|XDG_CACHE_HOME|npm_config_(registry|cafile|proxy|https_proxy))$/i;

/** What code of base and head is given of the environment: no tokens, no credentials of clouds, registries or clusters. */
export function quietEnvironment(variables: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value !== undefined && passedOn.test(name) ? [[name, value]] : [],
    ),
  );
}

/** Parts of a project that decide what a review sees. */
export const judgingParts = [
  "Pulumi.yaml",
  "components",
  "package-lock.json",
  "package.json",
  "policies",
  "stacks",
  "tooling",
] as const;

/** Those of the parts that differ. */
export function changedParts(base: string, head: string): string[] {
  return judgingParts.filter((part) => digestOf(join(base, part)) !== digestOf(join(head, part)));
}

function digestOf(path: string): string {
  const hash = createHash("sha256");
  const add = (current: string, name: string) => {
    if (!existsSync(current)) return;
    if (statSync(current).isDirectory())
      for (const entry of readdirSync(current).sort(byText)) {
        if (entry !== "node_modules") add(join(current, entry), `${name}/${entry}`);
      }
    else hash.update(name).update("\0").update(readFileSync(current)).update("\0");
  };
  add(path, "");
  return hash.digest("hex");
}
