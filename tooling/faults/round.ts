import { rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { RepairPlan } from "../repair/repair";
import { applyRepair, nothingToRepair, planRepair, planText } from "../repair/repair";
import { repairedStack } from "../rehearsal/repair";
import { StackProcess } from "../rehearsal/stackProcess";
import type { Operation, StackOutcome } from "../rehearsal/stackRunner";
import { changed } from "../rehearsal/stackRunner";
import { describeError } from "../ui";
import type { Snapshot } from "./snapshot";
import { clusterSnapshot, differences, stateSnapshot } from "./snapshot";
import { canaries, keyFiles, leakingFiles, leakingObjects, shows } from "./secrets";
import { processesOf } from "./victims";
import type { StackKind, Version, World } from "./world";

/** One operation of one stack of the world. */
export interface Task {
  readonly kind: StackKind;
  readonly operation: Operation;
  readonly version: Version;
  readonly packs?: boolean;
}

export interface Ran {
  readonly outcome?: StackOutcome;
  /** What a user reads where it failed, or is warned of. */
  readonly said: string;
  readonly failed: boolean;
}

/** Runs a task as every command does, in a process of its own, and keeps what it said. */
export async function run(world: World, task: Task, onProgress?: (line: string) => void): Promise<Ran> {
  const child = processFor(world, task);
  try {
    return await runIn(child, task, onProgress);
  } finally {
    child.close();
  }
}

function processFor(world: World, task: Task): StackProcess {
  return new StackProcess(world.settings(task.kind, task.version, task), world.args.signal);
}

async function runIn(child: StackProcess, task: Task, onProgress?: (line: string) => void): Promise<Ran> {
  try {
    const outcome = await child.run(task.operation, onProgress);
    return { outcome, said: outcome.warnings.join("\n"), failed: false };
  } catch (error) {
    return { said: describeError(error), failed: true };
  }
}

/** Like `run`, where a failure would be a defect of the campaign itself. */
export async function mustRun(world: World, task: Task): Promise<StackOutcome> {
  const { outcome, said } = await run(world, task);
  if (!outcome) throw new Error(`an undisturbed ${task.operation} of ${task.kind} failed: ${said}`);
  return outcome;
}

/** What a stack is like after an undisturbed run. */
export interface Reference {
  readonly state: Snapshot;
  readonly cluster: Snapshot;
}

export async function look(world: World, kind: StackKind): Promise<Reference> {
  const { place, engine } = world.settings(kind, "first");
  const stack = await repairedStack(place, engine, world.args.signal);
  return { state: stateSnapshot(await stack.exportState()), cluster: await clusterSnapshot(world.api) };
}

/** How a fault is lived through. */
export interface Recovery {
  /** What was wrong, in words; empty: every invariant held. */
  readonly violations: readonly string[];
  /** What was repaired, in the words of the repair's own screen. */
  readonly repaired?: string;
  /** How many ordinary runs it took. */
  readonly runs: number;
}

export interface Disturbed {
  /** The failed run. */
  readonly ran: Ran;
  /** Task that reaches the wanted state. */
  readonly task: Task;
  readonly expected: Reference;
  /** Digests of keys before the fault. */
  readonly keys: ReadonlyMap<string, string>;
  /** What the message has to say, where that is known. */
  readonly message?: RegExp;
}

const advice = /run .* again|`[^`]+`|wait for|free some|renew|log in|→/i;

/** Goes on as the messages say, and checks that everything ends as if nothing had happened. */
export async function recover(world: World, disturbed: Disturbed): Promise<Recovery> {
  const child = processFor(world, disturbed.task);
  try {
    return await recoverIn(child, world, disturbed);
  } finally {
    child.close();
  }
}

async function recoverIn(child: StackProcess, world: World, disturbed: Disturbed): Promise<Recovery> {
  const { ran, task, expected, keys, message } = disturbed;
  const violations: string[] = [];
  const hears = (said: string, which: string) => violations.push(...badWords(said, canaries(world), which));
  if (ran.failed) {
    hears(ran.said, "the disturbed run");
    if (!advice.test(ran.said)) violations.push(`the message says nothing of what to do: ${ran.said}`);
    if (message && !message.test(ran.said)) violations.push(`the message is another one: ${ran.said}`);
  }
  await allEnded(world, task.kind, violations);
  let runs = 0;
  let repaired: string | undefined;
  for (; runs < 3;) {
    runs++;
    const again = await runIn(child, task);
    hears(again.said, `run ${runs} after the fault`);
    const plan = await planOf(world, task.kind);
    const clean = nothingToRepair(plan);
    if (!again.failed && clean) break;
    if (clean || !/ repair|unlock/.test(again.said)) {
      violations.push(
        `run ${runs} after the fault ${again.failed ? "failed" : "left something"}, and names no repair: ${again.said}${clean ? "" : `\n${planText(plan)}`}`,
      );
      if (clean) break;
    }
    repaired = `${repaired ? `${repaired}\n` : ""}${planText(plan)}`;
    hears(repaired, "the repair");
    await applyRepair(plan);
    if (runs === 3) violations.push("three runs did not reach the wanted state");
  }
  const after = await look(world, task.kind);
  violations.push(...differences(expected.state, after.state).map((each) => `state ${each}`));
  violations.push(...differences(expected.cluster, after.cluster).map((each) => `cluster ${each}`));
  // A first run makes its passphrase; what was there has to stay.
  violations.push(
    ...differences(keys, keyFiles(world))
      .filter((each) => !each.startsWith("orphaned"))
      .map((each) => `keys ${each}`),
  );
  violations.push(
    ...leakingFiles(world.stackDirectory(task.kind), canaries(world)).map((file) => `a secret is in ${file}`),
  );
  violations.push(...leakingObjects(after.cluster, canaries(world)).map((object) => `a secret is in ${object}`));
  if (task.operation === "up") {
    const again = await runIn(child, task);
    if (!again.outcome || changed(again.outcome))
      violations.push(
        `a further run changed something: ${again.outcome ? JSON.stringify(again.outcome.changes) : again.said}`,
      );
  }
  return { violations, runs, ...(repaired !== undefined && { repaired }) };
}

async function planOf(world: World, kind: StackKind): Promise<RepairPlan> {
  const { place, engine } = world.settings(kind, "first");
  return planRepair(await repairedStack(place, engine, world.args.signal));
}

function badWords(said: string, secrets: readonly string[], which: string): string[] {
  const found: string[] = [];
  if (/^\s+at \S+.*[(:]\S+:\d+|node:internal|goroutine \d+|panic:/m.test(said)) found.push("shows a trace");
  if (/This is a defect/.test(said)) found.push("calls itself a defect");
  if (shows(said, secrets)) return [`${which} shows a secret`];
  return found.map((what) => `${which} ${what}: ${said.slice(0, 600)}`);
}

/** Whoever survived the fault has to come to an end by itself. */
async function allEnded(world: World, kind: StackKind, violations: string[]): Promise<void> {
  const directory = world.stackDirectory(kind);
  for (let tries = 0; tries < 240; tries++) {
    if (processesOf(directory).length === 0) return;
    await wait(500);
  }
  const left = processesOf(directory);
  const names = left.map(({ line }) => line.slice(0, 120));
  violations.push(`went on for two minutes after the fault: ${names.join("; ")}`);
  for (const { pid } of left) process.kill(pid, "SIGKILL");
}

/** Removes a stack's directory, whose resources are all gone. */
export function forget(world: World, kind: StackKind): void {
  rmSync(world.stackDirectory(kind), { recursive: true, force: true });
}
