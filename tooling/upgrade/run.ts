import { Interrupted, UserError } from "../ui";
import type { ProcedureRecord } from "./record";
import type { Progress } from "./progress";
import { begin, finish } from "./progress";

/** A step of any procedure, as far as running it asks. */
export interface RunnableStep {
  readonly id: string;
  readonly does: string;
  readonly party: string;
  /** Whether it brings the invariants back where they are broken, so that it is done then, too. */
  readonly mends?: boolean;
}

/** Where a procedure stands when something is asked of the world. */
export interface Moment<Step> {
  readonly progress: Progress;
  readonly step: Step;
  readonly when: "before" | "during" | "after";
}

/** All that a procedure changes and looks at. Every step can be done again from its beginning. */
export interface World<Step> {
  /** Does a step. What it returns is shown behind the step. */
  perform(step: Step, progress: Progress, show: (line: string) => void): Promise<string>;
  /** What does not hold of what has to, as sentences. */
  violations(moment: Moment<Step>): Promise<readonly string[]>;
  /** Looks on while a step is done. `stop` says what did not hold meanwhile. */
  watch(moment: Moment<Step>): { readonly stop: () => Promise<readonly string[]> };
}

export interface RunArgs<Plan, Inputs, Step extends RunnableStep> {
  readonly record: ProcedureRecord<Plan, Inputs>;
  readonly save: (record: ProcedureRecord<Plan, Inputs>) => void;
  readonly next: (plan: Plan, progress: Progress) => Step | undefined;
  readonly world: World<Step>;
  readonly now: () => string;
  /** Told of each step: around it, and of each line that it says. */
  readonly tell: (step: Step, work: (show: (line: string) => void) => Promise<string>) => Promise<void>;
  /** Stop when this step is done. */
  readonly until?: string;
  readonly signal?: AbortSignal;
}

/**
 * Does step by step what is left. Before each, during it and after it the invariants are checked, and a step is begun
 * only when they hold; what is under way is written down first. Whatever ends this, even a kill, it goes on by being
 * called again.
 */
export async function run<Plan, Inputs, Step extends RunnableStep>(
  args: RunArgs<Plan, Inputs, Step>,
): Promise<ProcedureRecord<Plan, Inputs>> {
  const { save, next, world, now, tell, until, signal } = args;
  let { record } = args;
  const set = (progress: Progress) => {
    record = { ...record, progress };
    save(record);
  };
  for (;;) {
    const step = next(record.plan, record.progress);
    if (!step) return record;
    const { progress } = record;
    await tell(step, async (show) => {
      if (signal?.aborted) throw new Interrupted();
      // What is done again after a kill, or goes back to what held, is the remedy: it is not kept from it.
      const mends = step.mends === true || progress.underWay === step.id;
      const broken = await world.violations({ progress, step, when: "before" });
      if (!mends) refuseAt("before", step, broken);
      if (mends && broken.length > 0) show(`mends: ${broken[0]}`);
      set(begin(progress, step, now()));
      const watched = world.watch({ progress, step, when: "during" });
      let said: string;
      let seen: readonly string[];
      try {
        said = await world.perform(step, record.progress, show);
      } finally {
        seen = await watched.stop();
      }
      if (broken.length === 0) refuseAt("during", step, seen);
      const done = finish(record.progress, step, now());
      // What was broken before and a later step mends is no reason to stop short of that step.
      const mendedLater = broken.length > 0 && next(record.plan, done)?.mends === true;
      if (!mendedLater) refuseAt("after", step, await world.violations({ progress: done, step, when: "after" }));
      set(done);
      return said;
    });
    if (step.id === until) return record;
  }
}

function refuseAt(when: Moment<unknown>["when"], { id }: RunnableStep, violations: readonly string[]): void {
  if (violations.length === 0) return;
  throw new UserError(
    `What has to hold ${when} the step ${id} does not:`,
    when === "before"
      ? "Nothing of this step was done. Mend it and `resume`, or `rollback`."
      : "The procedure stopped here. Mend it and `resume`, or `rollback`.",
    violations,
  );
}
