import { resolve } from "node:path";
import type { Factory } from "../../../stacks/config/factory";
import { withLock } from "../../controlplane/lock";
import { privateDirectory } from "../../controlplane/files";
import { runSteps } from "../../progress";
import { readDescription } from "../../rehearsal/description";
import type { InstancePaths } from "../../rehearsal/paths";
import { simulatedNotice } from "../../rehearsal/report";
import { checkout } from "../../toolchain/ensure";
import { UserError } from "../../ui";
import { admitAgain, atStart, nextStep, turnBack } from "../progress";
import { run } from "../run";
import { planScreen, standing, stepLines } from "../screen";
import type { UpgradeRecord } from "./session";
import type { Action } from "./actions";
import { refuseDuringUpgrade, upgradeCommandOf as command } from "./guard";
import { adopt, openWorld, planned, requireRecord, upgradeFile } from "./session";

export interface UpgradeOptions {
  readonly file?: string;
  /** How long the former releases' guests get keys at most; by default 7, and as planned once it is under way. */
  readonly days?: number;
  /** Stop when this step is done. */
  readonly stopAfter?: string;
}

/** `npm run rehearse -- upgrade <action>`: what it prints at the end. */
export async function rehearsedUpgrade(
  paths: InstancePaths,
  action: Action,
  options: UpgradeOptions,
  signal: AbortSignal,
): Promise<string> {
  requireRecord(paths);
  if (action === "plan") return planScreenOf(newRecord(paths, options));
  const store = upgradeFile(paths);
  if (action === "status") {
    const record = store.read();
    if (!record) return `No upgrade was begun in ${paths.instance}.`;
    return [
      ...stepLines(record.plan, record.progress),
      "",
      standing(record.plan, record.progress, command(paths)),
    ].join("\n");
  }
  return withLock(privateDirectory(store.directory), signal, async (held) => {
    const record = toRun(paths, action, options, store.read());
    store.write(record);
    console.log(`${simulatedNotice}\n\n${planScreenOf(record)}\n`);
    const { world, close } = await openWorld(paths, record, held);
    try {
      const ended = await run({
        record,
        save: (each) => store.write(each),
        next: nextStep,
        world,
        now: () => new Date().toISOString(),
        tell: (step, work) => runSteps([{ title: `${step.id} (${step.party})`, run: work }]),
        until: options.stopAfter,
        signal: held,
      });
      if (!nextStep(ended.plan, ended.progress) && ended.progress.direction === "forward") adopt(paths, ended);
      return `\n${standing(ended.plan, ended.progress, command(paths))}\n${simulatedNotice}: evidence is made up; policies, reference values and pods are the live ones.`;
    } finally {
      await close();
    }
  });
}

function newRecord(paths: InstancePaths, { file, days }: UpgradeOptions): UpgradeRecord {
  if (file === undefined)
    throw new UserError(
      "Which description is to come is not said.",
      "Write --file <description>, the changed copy of the one in force.",
    );
  const path = resolve(checkout, file);
  const next: Factory = readDescription(path);
  return { ...planned({ paths, next, file: path, until: untilIn(days) }), progress: atStart };
}

/** The record to go on with. */
function toRun(
  paths: InstancePaths,
  action: Action,
  options: UpgradeOptions,
  record: UpgradeRecord | undefined,
): UpgradeRecord {
  const unfinished = record !== undefined && nextStep(record.plan, record.progress) !== undefined;
  if (action === "apply") {
    if (unfinished)
      throw new UserError(
        "An upgrade is under way.",
        `Run \`${command(paths)} resume\` or \`${command(paths)} rollback\`.`,
      );
    // A rotation of a signer or a certificate has the same stacks.
    refuseDuringUpgrade(paths);
    return newRecord(paths, options);
  }
  if (!record)
    throw new UserError(
      `No upgrade was begun in ${paths.instance}.`,
      `Begin one: \`${command(paths)} apply --file <description>\`.`,
    );
  if (action === "rollback") {
    if (record.progress.direction === "forward" && !unfinished)
      throw new UserError(
        "The upgrade is done, so going back is an upgrade of its own.",
        `Run \`${command(paths)} apply --file <the description of before>\`: its steps are the same.`,
      );
    return prolonged({ ...record, progress: turnBack(record.progress) }, options);
  }
  if (!unfinished) throw new UserError("Nothing is left to do.", `\`${command(paths)} status\` says how it ended.`);
  return prolonged(record, options);
}

function untilIn(days = 7): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** With as many days from now on, where they are named. */
function prolonged(record: UpgradeRecord, { days }: UpgradeOptions): UpgradeRecord {
  if (days === undefined) return record;
  return { ...record, plan: { ...record.plan, until: untilIn(days) }, progress: admitAgain(record.progress) };
}

function planScreenOf({ plan, progress }: UpgradeRecord): string {
  return planScreen(plan, progress);
}
