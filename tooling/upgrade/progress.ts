import type { Side, UpgradePlan } from "./plan";
import type { Step } from "./steps";
import { backSteps, forwardSteps } from "./steps";

/** How far an upgrade has come. Immutable: each move makes another one. */
export interface Progress {
  readonly direction: "forward" | "back";
  /** Steps that are done, in the order in which they were. */
  readonly done: readonly string[];
  /** A step that was begun and is not known to be done: it is done again. */
  readonly underWay?: string;
  /** RFC 3339: when a step was done, by its id, and when it was begun, by `begin <id>`. */
  readonly times: Readonly<Record<string, string>>;
}

export const atStart: Progress = { direction: "forward", done: [], times: {} };

/** All steps of the direction that it goes in now. */
export function stepsOf(plan: UpgradePlan, progress: Progress): Step[] {
  return progress.direction === "forward" ? forwardSteps(plan) : backSteps(plan, begunForward(progress));
}

/** What is done next: the step that was under way, or the first that is not done. Undefined: nothing is left. */
export function nextStep(plan: UpgradePlan, progress: Progress): Step | undefined {
  return stepsOf(plan, progress).find(({ id }) => !progress.done.includes(id));
}

export function begin(progress: Progress, { id }: Pick<Step, "id">, now: string): Progress {
  const began = `begin ${id}`;
  // Begun again after a kill, it is under way since the first time.
  return { ...progress, underWay: id, times: { ...progress.times, [began]: progress.times[began] ?? now } };
}

export function finish({ underWay: _, ...progress }: Progress, { id }: Pick<Step, "id">, now: string): Progress {
  return { ...progress, done: [...progress.done, id], times: { ...progress.times, [id]: now } };
}

/** From here on, back. A step that is under way counts as begun: nobody knows how much of it was done. */
export function turnBack(progress: Progress): Progress {
  if (progress.direction === "back") return progress;
  const { underWay, ...rest } = progress;
  const cut = underWay === undefined ? [] : [`cut:${underWay}`];
  return { ...rest, direction: "back", done: [...rest.done, ...cut] };
}

/**
 * With another end of the time in which both sides are let in: where that step was done it is done again, and counts as under
 * way until then. Once the last of the other side are being shut out, there is nothing to prolong.
 */
export function admitAgain(progress: Progress): Progress {
  const [admit, retire] = progress.direction === "forward" ? ["admit", "retire"] : ["back:admit", "back:retire"];
  const { done, underWay } = progress;
  if (!done.includes(admit) || done.includes(retire) || underWay === retire) return progress;
  const cut = underWay === undefined ? [] : [`cut:${underWay}`];
  return { ...progress, done: [...done.filter((id) => id !== admit), ...cut], underWay: admit };
}

/** Steps of the way there that were begun, the one that was cut off by turning back among them. */
export function begunForward({ done }: Progress): string[] {
  return done.filter((id) => !id.startsWith("back:")).map((id) => id.replace(/^cut:/, ""));
}

/** What guests of a side are given: by every replica, by none, or by some while something rolls. */
export type Given = "key" | "nothing" | "either";
export type GivenTo = Readonly<Record<Side, Given>>;

const merged = (a: Given, b: Given): Given => (a === b ? a : "either");

/** What the key broker gives once every step is done that the progress calls done. */
export function givenNow(progress: Progress): GivenTo {
  let given: GivenTo = { former: "key", next: "nothing" };
  const begun = begunForward(progress);
  for (const id of progress.done) given = after(given, id, begun);
  // Cut off by a kill: some replicas may be as after it.
  return progress.underWay === undefined ? given : both(given, after(given, progress.underWay, begun));
}

/** While a step is under way, what it changes is at some replicas done and at others not. */
export function givenDuring(progress: Progress, { id }: Pick<Step, "id">): GivenTo {
  const now = givenNow(progress);
  return both(now, after(now, id, begunForward(progress)));
}

function both(a: GivenTo, b: GivenTo): GivenTo {
  return { former: merged(a.former, b.former), next: merged(a.next, b.next) };
}

function after(given: GivenTo, id: string, begun: readonly string[]): GivenTo {
  switch (id) {
    case "admit":
      return { ...given, next: "key" };
    case "retire":
      return { ...given, former: "nothing" };
    case "cut:admit":
    case "cut:retire":
      return both(given, after(given, id.slice("cut:".length), begun));
    case "back:admit":
      return { former: "key", next: begun.includes("admit") ? "key" : "nothing" };
    case "back:retire":
      return { ...given, next: "nothing" };
    default:
      return given;
  }
}
