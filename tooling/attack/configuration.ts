import type { ConfigurationAttack } from "../../attacks/attack";
import { ConfigurationError } from "../../stacks/config/errors";
import { parseConfig } from "../../stacks/config/load";
import { sampleSections } from "./sample";

/** The sample configuration after the attack. */
export function attacked({ id, set }: ConfigurationAttack): Record<string, unknown> {
  const sections = sampleSections();
  for (const { path, value } of set) {
    const keys = [...path];
    const last = keys.pop();
    if (last === undefined) throw new Error(`attack ${id}: an empty path`);
    const holder = keys.reduce<unknown>((node, key) => (node as Record<string | number, unknown>)[key], sections);
    if (value === undefined) delete (holder as Record<string | number, unknown>)[last];
    else (holder as Record<string | number, unknown>)[last] = value;
  }
  return sections;
}

/** What the schema says of an attack; undefined where it takes it. */
export function refusalOf(attack: ConfigurationAttack): readonly string[] | undefined {
  try {
    parseConfig(attacked(attack));
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems;
  }
}

const pointsAt = (problems: readonly string[] | undefined, path: string) =>
  problems?.some((problem) => problem.startsWith(`${path}: `)) ?? false;

export function configurationRefused(attacks: readonly ConfigurationAttack[]): number {
  return attacks.filter((attack) => pointsAt(refusalOf(attack), attack.expect)).length;
}

/** Attacks that the schema takes, or refuses elsewhere; and a sample that it does not take as it is. */
export function configurationProblems(attacks: readonly ConfigurationAttack[]): string[] {
  parseConfig(sampleSections());
  return attacks.flatMap((attack) => {
    const problems = refusalOf(attack);
    if (problems === undefined) return [`${attack.id}: gets through the schema of the stack configuration`];
    return pointsAt(problems, attack.expect)
      ? []
      : [`${attack.id}: is refused, but not at ${attack.expect}: ${problems.join("; ")}`];
  });
}
