import { duration } from "../ui";
import type { Dice } from "./dice";
import type { Disturbed } from "./disturb";
import { disturbedRound } from "./disturb";
import type { Kill, KillResult } from "./kill";
import { killRound, measured, phases, pointOf, references } from "./kill";
import type { Reference } from "./round";
import { forget, mustRun } from "./round";
import type { Victim } from "./victims";
import type { StackKind, Version, World } from "./world";
import { stackKinds } from "./world";

/** The fifth victim of a phase: the analyzer where policies are looked at, else everything at once, as a power cut. */
const victimsOf = (phase: Kill["phase"]): readonly Victim[] => [
  "program",
  "engine",
  "plugin",
  "state",
  phase === "first" || phase === "change" ? "analyzer" : "everything",
];

/** What every run has, and where a kill leaves most: killed again at other points. */
const essential = ["program", "engine", "plugin"] as const;
const essentialPhases = ["first", "change", "destroy"] as const;
const moreLives = [1, 2, 3, 4];

/**
 * Kills as lives of stacks. In five lives of each stack every victim is killed in each of the four phases; in four more,
 * program, engine and plugin in those that make and remove.
 */
export function allKills(): Kill[][] {
  // Every plugin that is killed in a first run, for its creations are the ones that nobody knows of.
  const ended = ({ phase, victim }: Pick<Kill, "phase" | "victim">) =>
    phase === "first" && victim === "plugin" ? { abandoned: true } : {};
  return stackKinds.flatMap((stack) => [
    ...[0, 1, 2, 3, 4].map((life) =>
      phases.map((phase, index): Kill => {
        const victims = victimsOf(phase);
        const victim = victims[(life + index) % victims.length] ?? "program";
        return { stack, phase, victim, ...ended({ phase, victim }) };
      }),
    ),
    ...moreLives.map((again) =>
      essentialPhases.map((phase, index): Kill => {
        const victim = essential[(again + index) % essential.length] ?? "program";
        return { stack, phase, victim, again, ...ended({ phase, victim }) };
      }),
    ),
  ]);
}

/** The first lives that have so many kills between them. */
export function livesOf(lives: readonly (readonly Kill[])[], count: number): (readonly Kill[])[] {
  let kills = 0;
  return lives.filter(({ length }) => (kills += length) - length < count);
}

export interface Fault {
  readonly name: string;
  readonly seconds: number;
  readonly violations: readonly string[];
  /** What the user was told, and what was repaired. */
  readonly said: string;
  readonly repaired?: string;
  /** How many processes a kill met; undefined: it is none. */
  readonly killed?: number;
}

/** Kills that met nobody: a campaign of those alone would hold every invariant. */
export function missed(faults: readonly Fault[]): number {
  return faults.filter(({ killed }) => killed === 0).length;
}

export interface CampaignArgs {
  readonly world: World;
  readonly dice: Dice;
  /** Lives of stacks, each a list of kills by phase. */
  readonly lives: readonly (readonly Kill[])[];
  readonly onFault: (fault: Fault) => void;
  /** Whether the provider's infrastructure stands already, and is to stay. Default: no. */
  readonly onInfrastructure?: boolean;
}

/** Lives through stacks' lives with a kill in each phase. */
export async function killCampaign({
  world,
  dice,
  lives,
  onFault,
  onInfrastructure = false,
}: CampaignArgs): Promise<void> {
  for (const stack of stackKinds) {
    const own = lives.filter(([first]) => first?.stack === stack);
    if (own.length === 0) continue;
    const standing = onInfrastructure || stack !== "workloads";
    await withInfrastructure(world, standing, () => liveAll(world, dice, stack, own, onFault));
  }
}

/** Workloads need the provider's namespace and runtime classes. */
async function withInfrastructure(world: World, standing: boolean, use: () => Promise<void>): Promise<void> {
  if (standing) return use();
  const task = { kind: "infrastructure", version: "first" } as const;
  await mustRun(world, { ...task, operation: "up" });
  await use();
  await mustRun(world, { ...task, operation: "destroy" });
  forget(world, "infrastructure");
}

async function liveAll(
  world: World,
  dice: Dice,
  stack: StackKind,
  lives: readonly (readonly Kill[])[],
  onFault: (fault: Fault) => void,
): Promise<void> {
  const expected = await references(world, stack);
  for (const life of lives) {
    for (const kill of life) {
      const { measure } = expected.get(kill.phase) ?? {};
      const { reference } = expected.get(kill.abandoned ? "destroy" : kill.phase) ?? {};
      if (!measure || !reference) throw new Error(`nothing is known of ${kill.phase}`);
      const started = performance.now();
      const point = pointOf(dice, kill, measure);
      const result = await killRound(world, kill, point, reference);
      onFault({ ...described(kill, result), seconds: (performance.now() - started) / 1000 });
      if (kill.abandoned) await mustRun(world, { kind: stack, operation: "up", version: "first" });
    }
  }
  forget(world, stack);
}

function described(
  { stack, phase, victim, abandoned }: Kill,
  { point, killed, violations, repaired, said, runs }: KillResult,
) {
  const where = {
    beforeRequest: `before request ${point.number} is passed on`,
    afterRequest: `after request ${point.number} is done`,
    atStep: `at step ${point.number}`,
  }[point.moment];
  const met = killed > 0 ? "" : " (it did not run then)";
  return {
    name: `kill ${victim} in ${phase} of ${stack}, ${where}${met}${abandoned ? ", then destroy" : ""}; ${runs} run${runs === 1 ? "" : "s"} more`,
    violations,
    said,
    killed,
    ...(repaired !== undefined && { repaired }),
  };
}

export interface DisturbedCampaignArgs extends Pick<CampaignArgs, "world" | "onFault" | "onInfrastructure"> {
  readonly stack: StackKind;
  /** Faults of a run that asks for so many changes. */
  readonly faults: (changes: number) => readonly Disturbed[];
}

/** Lives through disturbances of one stack: between its two versions, to and fro. */
export async function disturbedCampaign(args: DisturbedCampaignArgs): Promise<void> {
  const standing = (args.onInfrastructure ?? false) || args.stack !== "workloads";
  await withInfrastructure(args.world, standing, () => disturbAll(args));
}

async function disturbAll({ world, stack, faults, onFault }: DisturbedCampaignArgs): Promise<void> {
  const expected = new Map<Version, Reference>();
  let changes = 1;
  for (const version of ["first", "changed"] as const) {
    const { measure, reference } = await measured(world, { kind: stack, operation: "up", version });
    changes = measure.requests;
    expected.set(version, reference);
  }
  let version: Version = "changed";
  for (const fault of faults(changes)) {
    const skipped = fault.skip?.();
    if (skipped !== undefined) {
      onFault({ name: `${fault.name}: skipped, ${skipped}`, seconds: 0, violations: [], said: "" });
      continue;
    }
    version = version === "first" ? "changed" : "first";
    const reference = expected.get(version);
    if (!reference) throw new Error(`nothing is known of ${version}`);
    const started = performance.now();
    const { failed, runs, ...result } = await disturbedRound(world, fault, { stack, version, expected: reference });
    const how = failed ? "failed" : "was lived through";
    onFault({
      ...result,
      name: `${fault.name} (${stack}): ${how}; ${runs} run${runs === 1 ? "" : "s"} more`,
      seconds: (performance.now() - started) / 1000,
    });
  }
  await mustRun(world, { kind: stack, operation: "destroy", version });
  forget(world, stack);
}

/** One fault as a line, what it broke, and, for who wants to know, what was said about it. */
export function faultText({ name, seconds, violations, said, repaired }: Fault, verbose = false): string {
  const indented = (text: string) => `    ${text.trim().split("\n").join("\n    ")}`;
  return [
    `${violations.length === 0 ? "✔" : "✗"} ${name} (${duration(seconds)})${repaired ? ", repaired" : ""}`,
    ...violations.map(indented),
    ...(verbose
      ? [said, repaired ?? ""].filter((text) => text.trim() !== "").map((text) => indented(`said: ${text}`))
      : []),
  ].join("\n");
}
