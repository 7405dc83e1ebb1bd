import type { Dice } from "./dice";
import type { Passing } from "./proxy";
import type { Reference, Recovery, Task } from "./round";
import { look, mustRun, recover, run } from "./round";
import { keyFiles } from "./secrets";
import type { Victim } from "./victims";
import { killVictim } from "./victims";
import type { StackKind, World } from "./world";

export const phases = ["first", "change", "refresh", "destroy"] as const;
export type Phase = (typeof phases)[number];

/** Before a change is passed to the API server; when it is done and nobody knows; or when the engine says what is next. */
const moments = ["beforeRequest", "afterRequest", "atStep"] as const;
type Moment = (typeof moments)[number];

export interface Kill {
  readonly stack: StackKind;
  readonly phase: Phase;
  readonly victim: Victim;
  /** Whether the user gives up after it and destroys the stack, in place of running again. Default: no. */
  readonly abandoned?: boolean;
  /** Which further time this victim is killed in this phase: at a point of its own. */
  readonly again?: number;
}

/** How many changes and steps an undisturbed run of a phase has. */
export interface Measure {
  readonly requests: number;
  readonly steps: number;
}

export interface KillPoint {
  readonly moment: Moment;
  readonly number: number;
}

/** Which request or step of the run is the victim's last; an operation without changes is met at its reads. */
export function pointOf(dice: Dice, { stack, phase, victim, again }: Kill, { requests, steps }: Measure): KillPoint {
  const purpose = `${stack}/${phase}/${victim}${again === undefined ? "" : `/${again}`}`;
  const possible = moments.filter((moment) => (moment === "atStep" ? steps > 0 : requests > 0));
  const moment = dice.pick(`${purpose}/moment`, possible);
  return { moment, number: dice.upTo(`${purpose}/number`, moment === "atStep" ? steps : requests) };
}

export const taskOf = ({ stack, phase, victim }: Kill): Task => ({
  kind: stack,
  operation: phase === "destroy" ? "destroy" : phase === "refresh" ? "refresh" : "up",
  version: phase === "first" ? "first" : "changed",
  packs: victim === "analyzer",
});

const counts = ({ operation }: Task, { changes }: Passing) => (operation === "refresh" ? !changes : changes);

/** Runs a phase undisturbed: how long its way is, and where it ends. */
export async function measured(world: World, task: Task): Promise<{ measure: Measure; reference: Reference }> {
  let requests = 0;
  let steps = 0;
  world.proxy.watch({ onRequest: (passing) => void (counts(task, passing) && (requests = passing.number)) });
  const { failed, said } = await run(world, task, () => steps++);
  world.proxy.watch();
  if (failed) throw new Error(`an undisturbed ${task.operation} of ${task.kind} failed: ${said}`);
  return { measure: { requests, steps }, reference: await look(world, task.kind) };
}

export interface KillResult extends Recovery {
  readonly killed: number;
  readonly point: KillPoint;
  /** What the disturbed run said. */
  readonly said: string;
}

/** Kills one process at one point of one run, then goes on as its message says. */
export async function killRound(world: World, kill: Kill, point: KillPoint, expected: Reference): Promise<KillResult> {
  const task = taskOf(kill);
  const keys = keyFiles(world);
  let killed = 0;
  let done = false;
  const strike = () => {
    if (done) return;
    done = true;
    killed = killVictim(kill.victim);
  };
  const isIt = (passing: Passing) => counts(task, passing) && passing.number === point.number;
  world.proxy.watch({
    onRequest: (passing) => {
      if (point.moment === "beforeRequest" && isIt(passing)) strike();
      return undefined;
    },
    onAnswer: (passing) => {
      if (point.moment === "afterRequest" && isIt(passing)) strike();
    },
  });
  let step = 0;
  const ran = await run(world, task, () => {
    if (point.moment === "atStep" && ++step === point.number) strike();
  });
  world.proxy.watch();
  // A refresh has no wish of its own; the next ordinary run says whether all is as it was.
  const operation = kill.abandoned ? "destroy" : task.operation === "refresh" ? "up" : task.operation;
  const again: Task = { ...task, operation };
  const recovery = await recover(world, { ran, task: again, expected, keys });
  return { ...recovery, killed, point, said: ran.said };
}

/** A whole life of a stack without any fault, for what is to be expected after each phase. */
export async function references(
  world: World,
  stack: StackKind,
): Promise<ReadonlyMap<Phase, { measure: Measure; reference: Reference }>> {
  const found = new Map<Phase, { measure: Measure; reference: Reference }>();
  for (const phase of phases) {
    const task = taskOf({ stack, phase, victim: "program" });
    const result = await measured(world, task);
    // A refresh ends where the next run does.
    if (phase === "refresh") await mustRun(world, { ...task, operation: "up" });
    found.set(phase, phase === "refresh" ? { ...result, reference: await look(world, stack) } : result);
  }
  return found;
}
