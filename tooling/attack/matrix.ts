import type { RuleAttack } from "../../attacks/attack";

/** What a run found out about one attack. */
export interface Result {
  readonly attack: RuleAttack;
  /** Rules that refused it at preview; undefined where it was not tried there. */
  readonly preview?: readonly string[];
  /** Rules whose policies refused it at the API server; undefined where it was not tried there. */
  readonly admission?: readonly string[];
}

/** Everything that refused the attack, wherever it was. */
export function refusers({ preview = [], admission = [] }: Result): string[] {
  return [...new Set([...preview, ...admission])].sort();
}

/** What is not as the corpus says, as sentences; none for an attack that was refused where it has to be. */
export function problemsOf(result: Result, removed: readonly string[] = []): string[] {
  const { rule, alsoBlockedBy = [] } = result.attack;
  const left = (rules: readonly string[]) => rules.filter((id) => !removed.includes(id)).sort();
  const problems: string[] = [];
  for (const [where, found] of [
    ["preview", result.preview],
    ["admission", result.admission],
  ] as const) {
    if (found === undefined) continue;
    if (found.length === 0) problems.push(`gets through at ${where}`);
    else if (!removed.includes(rule) && !found.includes(rule))
      problems.push(`is refused at ${where} by ${found.join(", ")} instead of ${rule}`);
    const unlisted = found.filter((id) => id !== rule && !alsoBlockedBy.includes(id));
    if (unlisted.length > 0)
      problems.push(`is refused at ${where} by ${unlisted.join(", ")}, too, which it does not name`);
  }
  if (result.preview) {
    const absent = left(alsoBlockedBy).filter((id) => !result.preview?.includes(id));
    if (absent.length > 0) problems.push(`is not refused at preview by ${absent.join(", ")}, which it names`);
  }
  return problems;
}

/** Attacks that nothing but this rule refuses. */
export function soleAttacks(rule: string, results: readonly Result[]): string[] {
  return results
    .filter((result) => {
      const found = refusers(result);
      return found.length === 1 && found[0] === rule;
    })
    .map(({ attack }) => attack.id);
}

/** Rules without which no attack of the corpus would get through: another rule refuses all that they refuse. */
export function decorations(rules: readonly string[], results: readonly Result[]): string[] {
  return rules.filter((rule) => soleAttacks(rule, results).length === 0);
}
