import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { parse } from "yaml";
import { writePrivate } from "../controlplane/files";
import { UserError } from "../ui";
import type { Told } from "./decide";
import { kubectlOf, requireStarted } from "./live";
import { describeLock, fileLocks, namedLocks } from "./locks";
import type { RepairedStack } from "./repair";
import { applyRepair, nothingToRepair, planRepair, planText } from "./repair";
import { stateSchema } from "./state";

export interface ProjectRepairArgs {
  /** Folder with a Pulumi.yaml. */
  readonly project: string;
  /** Default: the selected one. */
  readonly stack?: string;
  readonly kubeconfig?: string;
  readonly dryRun: boolean;
  /** How pending creations ended that cannot be looked up here, by URN. */
  readonly told: ReadonlyMap<string, Told>;
  readonly signal: AbortSignal;
}

/** What a killed `pulumi up` left on a stack, with the person's own `pulumi`, `kubectl` and credentials. */
export async function repairProject(args: ProjectRepairArgs): Promise<string> {
  if (!existsSync(join(args.project, "Pulumi.yaml")))
    throw new UserError(`${args.project} has no Pulumi.yaml.`, "Run this command in the project's folder.");
  const stack = await projectStack(args);
  const plan = await planRepair(stack, { told: args.told });
  const text = planText(plan);
  if (nothingToRepair(plan)) return text;
  if (args.dryRun) return `${text}\n\nNothing was changed. Without --dry-run this is done.`;
  await applyRepair(plan);
  return `${text}\n\nDone. Run the command again that was interrupted; it continues where it stopped.`;
}

async function projectStack({ project, stack, kubeconfig, signal }: ProjectRepairArgs): Promise<RepairedStack> {
  const pulumi = async (...args: readonly string[]) => {
    const named = stack === undefined ? args : [...args, "--stack", stack];
    const run = await execa("pulumi", [...named, "--non-interactive", "--color", "never"], {
      cwd: project,
      reject: false,
      stdin: "ignore",
      signal,
    });
    if (run.exitCode === 0) return run.stdout;
    signal.throwIfAborted();
    requireStarted("pulumi", run, "Put pulumi on PATH: the stack's state is opened by your own.");
    throw refused(args, run.stderr);
  };
  const name = stack ?? (await pulumi("stack", "--show-name")).trim();
  return {
    name,
    exportState: async () => stateSchema.parse(JSON.parse(await pulumi("stack", "export"))),
    importState: async (state) => {
      const directory = mkdtempSync(join(tmpdir(), "trustfoundry-repair-"));
      const file = join(directory, `${randomBytes(6).toString("hex")}.json`);
      try {
        // What is encrypted in a state stays so, in this file as well.
        writePrivate(file, JSON.stringify(state));
        await pulumi("stack", "import", "--file", file);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
    // Of runs on other machines, with a backend elsewhere.
    seesEveryRun: false,
    locks: async () => {
      const state = await localState(project, signal);
      return state === undefined ? [] : fileLocks(state, name.split("/").at(-1), settingsOf(project)?.name);
    },
    release: async (locks) => {
      // By the engine's own command, whatever its backend is.
      if (locks.length > 0) await pulumi("cancel", "--yes");
    },
    kubectl: kubectlOf("kubectl", kubeconfig, signal),
  };
}

/** What pulumi said, with the lock's holder in words where that is the reason. */
function refused(args: readonly string[], said: string): UserError {
  const locks = namedLocks(said);
  const [lock] = locks;
  if (!lock)
    return new UserError(
      `\`pulumi ${args.join(" ")}\` failed.`,
      "Correct what it says, then run this command again.",
      said.trim().split("\n").slice(-5),
    );
  return new UserError(
    `The stack is locked: ${locks.map(describeLock).join("; ")}.`,
    lock.holder === "alive"
      ? "Wait for that run, or end it first."
      : "Make sure that this run is over, release its lock by `pulumi cancel`, then run this command again.",
  );
}

function settingsOf(project: string) {
  return parse(readFileSync(join(project, "Pulumi.yaml"), "utf8")) as {
    name?: string;
    backend?: { url?: string };
  } | null;
}

/** Folder of a file backend; undefined where states are kept elsewhere. */
async function localState(project: string, signal: AbortSignal): Promise<string | undefined> {
  const asked = async () => {
    const { stdout, exitCode } = await execa("pulumi", ["whoami", "--json"], { cwd: project, reject: false, signal });
    return exitCode === 0 ? (JSON.parse(stdout) as { url?: string }).url : undefined;
  };
  const url = process.env.PULUMI_BACKEND_URL ?? settingsOf(project)?.backend?.url ?? (await asked());
  if (!url?.startsWith("file://")) return undefined;
  const path = url.slice("file://".length);
  if (path.startsWith("~")) return join(process.env.HOME ?? "", path.slice(1));
  return path.startsWith("/") ? fileURLToPath(`file://${path}`) : join(project, path);
}
