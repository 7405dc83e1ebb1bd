import type { Review } from "./compare";

/** What `npm run trustfoundry -- review` ends with; 1 is every other mistake of its caller, 130 an interruption. */
export const exitCodes = { nothingWeaker: 0, badInput: 1, violations: 2, weaker: 3 } as const;
export type Outcome = Exclude<keyof typeof exitCodes, "badInput">;

/** The worst that there is to say of head. A base that could not be judged leaves open what became weaker: that is said as weaker. */
export function outcomeOf({ violations, refusals, baseRefusals, changes }: Review): Outcome {
  if (refusals.length > 0 || violations.some(({ level }) => level === "mandatory")) return "violations";
  return baseRefusals.length > 0 || changes.some(({ direction }) => direction === "weaker")
    ? "weaker"
    : "nothingWeaker";
}
