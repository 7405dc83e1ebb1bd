import { severities } from "../../policies/rule";
import type { Change, Direction } from "./change";
import type { ReviewedRule } from "./types";

type RuleChange = Omit<Change, "subject" | "location">;

/** Rules of the pack that head has no longer, or takes less seriously, and the reverse. */
export function compareRules(base: readonly ReviewedRule[], head: readonly ReviewedRule[]): RuleChange[] {
  // Without a preview there are no rules to compare.
  if (base.length === 0 || head.length === 0) return [];
  const say = ({ pillar, protects }: ReviewedRule, direction: Direction, text: string): RuleChange => ({
    kind: "rule",
    pillar,
    protects,
    direction,
    text: `rule ${text}`,
  });
  return [
    ...base
      .filter(({ id }) => !head.some((rule) => rule.id === id))
      .map((rule) => say(rule, "weaker", `removed: ${rule.id} (${rule.title})`)),
    ...head.flatMap((rule) => {
      const former = base.find(({ id }) => id === rule.id);
      if (!former) return [say(rule, "stronger", `added: ${rule.id} (${rule.title})`)];
      const changes: RuleChange[] = [];
      if (former.level !== rule.level)
        changes.push(
          say(
            rule,
            rule.level === "mandatory" ? "stronger" : "weaker",
            `${rule.id} ${rule.level === "mandatory" ? "refuses" : "only warns"} now`,
          ),
        );
      const steps = severities.indexOf(rule.severity) - severities.indexOf(former.severity);
      if (steps !== 0)
        changes.push(
          say(
            rule,
            steps > 0 ? "stronger" : "weaker",
            `${rule.id} is called ${rule.severity} instead of ${former.severity}`,
          ),
        );
      return changes;
    }),
  ];
}
