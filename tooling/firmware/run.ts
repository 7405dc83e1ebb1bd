import type { FirmwarePlan } from "../../components/host/firmware/plan";
import { resolvePlan } from "../../components/host/firmware/resolve";
import { departs, judge } from "./judge";
import type { JudgedStage } from "./judge";
import { planDigest } from "./journal";
import type { Journal, JournalContent, StageRecord } from "./journal";
import { withFindings } from "./once";
import type { Findings } from "./once";
import { onceDone, readSnapshot, requireFit } from "./snapshot";
import { runStage } from "./stageRun";
import { reappear, vanished } from "./stageShared";
import { FirmwareError } from "./target";
import type { FirmwareTarget, MachineIdentity } from "./target";

/** Where a run stands: before and after each thing it does to the machine or to the journal. */
export interface Point {
  readonly stage: number;
  readonly step: "look" | "journal" | "reappear" | "stage" | "read back" | "apply" | "settle" | "verify";
  readonly when: "before" | "after";
}

export interface RunArgs {
  readonly plan: FirmwarePlan;
  readonly target: FirmwareTarget;
  /** Of this machine, held by this run alone. */
  readonly journal: Journal;
  /** Words of the manufacturer that the plan's vendor has; none: any. */
  readonly manufacturers?: readonly string[];
  readonly findings?: Findings;
  /** Names of attributes that somebody else has pending, and that may be applied along. Default: none, and they stop the run. */
  readonly withPending?: readonly string[];
  readonly signal?: AbortSignal;
  /** Called before and after each step; what it throws ends the run there, as a kill would. */
  readonly at?: (point: Point) => void | Promise<void>;
  readonly show?: (line: string) => void;
  /** The time that the journal gets, for comparison with the machine's log. */
  readonly now?: () => string;
  readonly patience?: Patience;
}

export interface Patience {
  /** How long a machine may take to show as pending what it has accepted. */
  readonly readBackMilliseconds: number;
  /** How long a restart that may be under way is waited for, where the machine has no mark of its last start. */
  readonly graceMilliseconds: number;
  readonly pauseMilliseconds: number;
}

export const usualPatience: Patience = {
  readBackMilliseconds: 60_000,
  graceMilliseconds: 20 * 60_000,
  pauseMilliseconds: 3_000,
};

export interface Checked {
  readonly identity: MachineIdentity;
  readonly stages: readonly JudgedStage[];
  readonly departs: boolean;
}

/** Looks, and changes nothing. */
export async function checkPlan({
  plan,
  target,
  journal,
  manufacturers,
  findings = {},
  signal,
  now = isoNow,
}: Pick<RunArgs, "plan" | "target" | "manufacturers" | "findings" | "signal" | "now"> & {
  readonly journal: JournalContent | ((identity: MachineIdentity) => JournalContent);
}): Promise<Checked> {
  const identity = await target.identify(signal);
  requireFit(plan, identity, manufacturers);
  const snapshot = await readSnapshot(target, signal);
  const known = typeof journal === "function" ? journal(identity) : journal;
  const stages = judge(plan, snapshot, withFindings(known, findings, now));
  return { identity, stages, departs: departs(stages) };
}

export interface Ran extends Checked {
  /** Restarts, or deployments, that this run asked for. */
  readonly restarts: number;
}

/** A run under way: what its stages share. */
export interface Run extends RunArgs {
  readonly patience: Patience;
  readonly now: () => string;
  /** How many restarts were behind it when the controller was restarted for vanished attributes: once for each is enough. */
  reappearedAt: number | undefined;
  restarts: number;
  step<T>(stage: number, step: Point["step"], act: () => Promise<T>): Promise<T>;
  content(): JournalContent;
  stage(index: number): StageRecord | undefined;
  record(index: number, change: (content: JournalContent) => JournalContent): Promise<void>;
}

/** Settings that a later one-time action puts back, as some firmware does, are set again in a second round. */
const rounds = 2;

/**
 * Brings a machine to its plan, stage after stage, and goes on where an earlier run was ended. What changes something is
 * written to the journal first; what is unknown is asked of the machine; what it cannot tell is not repeated.
 */
export async function runPlan(args: RunArgs): Promise<Ran> {
  const run = begin(args);
  const { plan, target, signal, manufacturers, findings = {} } = args;
  const identity = await target.identify(signal);
  requireFit(plan, identity, manufacturers);
  const digest = planDigest(plan);
  const content = withFindings(args.journal.read(), findings, run.now);
  if (content.serial !== identity.serial)
    throw new FirmwareError(`The journal is of the machine ${content.serial}, and this one is ${identity.serial}.`);
  await run.record(0, () =>
    content.run?.plan === digest ? content : { ...content, run: { plan: digest, stages: {} } },
  );
  for (let round = 1; ; round++) {
    for (const index of plan.stages.keys()) await runStage(run, index);
    const stages = await afterAll(run);
    if (!departs(stages)) {
      await run.record(plan.stages.length, (done) => ({ ...done, run: { plan: digest, stages: {} } }));
      return { identity, stages, departs: false, restarts: run.restarts };
    }
    if (round === rounds) throw stillDeparts(identity, stages);
    args.show?.("later stages have changed earlier settings; setting those again");
  }
}

/** How everything stands behind the last stage, whose restart may have hidden what earlier ones had set. */
async function afterAll(run: Run): Promise<readonly JudgedStage[]> {
  const { plan, target, signal } = run;
  const look = () => readSnapshot(target, signal);
  const snapshot = await look();
  const { registry, current } = snapshot;
  const gone = resolvePlan(plan, { registry, current, done: onceDone(run.content()) }).flatMap(vanished);
  const isBack = gone.length > 0 && (await reappear(run, plan.stages.length - 1, gone, (line) => run.show?.(line)));
  return judge(plan, isBack ? await look() : snapshot, run.content());
}

function begin(args: RunArgs): Run {
  const { journal, signal, at } = args;
  const step = async <T>(stage: number, name: Point["step"], act: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    await at?.({ stage, step: name, when: "before" });
    const result = await act();
    await at?.({ stage, step: name, when: "after" });
    return result;
  };
  return {
    ...args,
    patience: args.patience ?? usualPatience,
    now: args.now ?? isoNow,
    reappearedAt: undefined,
    restarts: 0,
    step,
    content: () => journal.read(),
    stage: (index) => journal.read().run?.stages[String(index)],
    record: (index, change) => step(index, "journal", async () => journal.write(change(journal.read()))),
  };
}

function stillDeparts(identity: MachineIdentity, stages: readonly JudgedStage[]): FirmwareError {
  const open = stages.flatMap(({ settings }) => settings.filter(({ fine }) => !fine));
  return new FirmwareError(
    `${identity.serial} took every stage, and then had: ${open.map(({ id, says }) => `${id}: ${says}`).join("; ")}.`,
    "Its firmware puts these back by itself; ask its vendor before running the command again.",
  );
}

const isoNow = () => new Date().toISOString();
