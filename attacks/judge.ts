import type { IsolationUnit } from "../policies/isolation";
import { appliesTo } from "../policies/isolation";
import type { Resource, Rule } from "../policies/rule";
import type { RuleAttack } from "./attack";
import { baseOf, isolationUnitOf, resourcesOf } from "./bases";
import type { Piece } from "./change";

/** The base of an attack after its changes, and which pieces those touched. */
export interface Staged {
  readonly pieces: readonly Piece[];
  readonly touched: readonly Piece[];
}

export function stage({ id, base, change }: RuleAttack): Staged {
  const before = new Map(baseOf(base).map((piece) => [piece.ref, JSON.stringify(piece)]));
  const pieces = baseOf(base);
  try {
    for (const apply of change) apply(pieces);
  } catch (error) {
    throw new Error(`attack ${id}: ${(error as Error).message}`);
  }
  return { pieces, touched: pieces.filter((piece) => before.get(piece.ref) !== JSON.stringify(piece)) };
}

/** Ids of the rules that are asked of the isolation unit and find something against resources, in this process. */
export function refusing(rules: readonly Rule[], resources: readonly Resource[], unit?: IsolationUnit): string[] {
  return rules
    .filter((rule) => appliesTo(rule, unit) && rule.evaluate(resources).findings.length > 0)
    .map(({ id }) => id);
}

/** As `refusing`, for what an attack leaves behind. */
export function refusingAttack(
  rules: readonly Rule[],
  attack: RuleAttack,
  shown: (resources: readonly Resource[]) => Resource[] = (resources) => [...resources],
): string[] {
  return refusing(rules, shown(resourcesOf(stage(attack).pieces)), isolationUnitOf(attack.base));
}
