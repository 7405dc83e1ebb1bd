import type { RuleAttack } from "../../attacks/attack";
import { stage } from "../../attacks/judge";
import type { Staged } from "../../attacks/judge";
import type { Piece } from "../../attacks/change";
import type { Rule } from "../../policies/rule";
import type { Bench } from "./preview";
import { preview, register } from "./preview";

/** An attack, ready to be tried. */
export interface Trial extends Staged {
  readonly attack: RuleAttack;
  /** Whether a rule about the stack as a whole is meant: then nothing else may be in the preview. */
  readonly wholeStack: boolean;
}

export function trialOf(attack: RuleAttack, rules: readonly Rule[]): Trial {
  const named = [attack.rule, ...(attack.alsoBlockedBy ?? [])];
  const wholeStack = rules.some(({ id, scope }) => scope === "stack" && named.includes(id));
  return { attack, wholeStack, ...stage(attack) };
}

export const isChart = ({ type }: Pick<Piece, "type">) => type.startsWith("kubernetes:helm.sh/");

/** Rules that refused, by attack. */
export type Refusals = ReadonlyMap<string, readonly string[]>;

/**
 * Previews attacks on single resources side by side, each resource under its attack's id: one preview for what the real
 * Kubernetes provider looks at, one for charts. Rules about whole stacks are not asked here, since all attacks are one
 * stack.
 */
export async function previewResources(
  bench: Bench,
  pack: string,
  trials: readonly Trial[],
  rules: readonly Rule[],
): Promise<Refusals> {
  const ofStacks = new Set(rules.filter(({ scope }) => scope === "stack").map(({ id }) => id));
  const found = new Map(trials.map(({ attack }) => [attack.id, new Set<string>()]));
  for (const charts of [false, true]) {
    const pieces = trials.flatMap(({ attack, touched }) =>
      touched.filter((piece) => isChart(piece) === charts).map((piece) => ({ attack, piece })),
    );
    if (pieces.length === 0) continue;
    const reported = await preview({
      bench,
      pack,
      charts,
      program: (opts) => {
        for (const { attack, piece } of pieces) register([piece], opts, `${attack.id}/`);
      },
    });
    for (const { rule, level, resource } of reported)
      if (level === "mandatory" && !ofStacks.has(rule)) found.get(resource.split("/")[0] ?? "")?.add(rule);
  }
  return new Map([...found].map(([id, refusing]) => [id, [...refusing].sort()]));
}

/** Previews one attack with everything that belongs to its base. */
export async function previewStack(bench: Bench, pack: string, { pieces }: Trial): Promise<readonly string[]> {
  const charts = pieces.some(isChart);
  const reported = await preview({ bench, pack, charts, program: (opts) => register(pieces, opts) });
  return [...new Set(reported.filter(({ level }) => level === "mandatory").map(({ rule }) => rule))].sort();
}
