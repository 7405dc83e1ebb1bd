import { printable } from "../ui";
import type { UpgradePlan } from "./plan";
import type { Progress } from "./progress";
import { nextStep, stepsOf } from "./progress";

/** What an upgrade changes, why, and all its steps. */
export function planScreen(plan: UpgradePlan, progress: Progress): string {
  const changes = plan.models.flatMap(({ name, causes, words, rolls, formerOpensNext }) => [
    `${name}: ${causes.join(", ")}${rolls ? "" : " (no guest changes)"}`,
    ...words.map((phrase) => `  - ${printable(phrase)}`),
    ...(rolls && formerOpensNext
      ? ["  - its former guests satisfy the next release, too: retiring it keeps nothing from them"]
      : []),
  ]);
  return [
    plan.title,
    "",
    "Changes",
    ...[...changes, ...plan.keyBroker.map((what) => `key broker: ${what}`)].map((line) => `  ${line}`),
    "",
    ...stepLines(plan, progress),
  ].join("\n");
}

/** The steps with who does them, where it stands, what has to hold and how to go back. */
export function stepLines(plan: UpgradePlan, progress: Progress): string[] {
  const next = nextStep(plan, progress);
  return [
    progress.direction === "forward" ? "Steps" : "Steps of the way back",
    ...stepsOf(plan, progress).flatMap((step, index) => [
      `  ${markOf(step.id, progress, next?.id)} ${index + 1}. ${step.id} (${step.party}): ${printable(step.does, 400)}`,
      ...(step.after === "the same" || step.after === "as before" ? [] : [`       then: ${step.after}`]),
      ...(progress.direction === "forward" ? [`       back: ${step.back}`] : []),
    ]),
  ];
}

function markOf(id: string, { done, underWay }: Progress, next: string | undefined): string {
  if (done.includes(id)) return "✔";
  if (id === underWay) return "◐";
  return id === next ? "→" : " ";
}

/** One sentence on where it stands, and what to do. */
export function standing(plan: UpgradePlan, progress: Progress, command: string): string {
  const next = nextStep(plan, progress);
  if (!next)
    return progress.direction === "forward"
      ? "Done: every replica is a guest of the next releases, and those of before get no keys."
      : "Rolled back: everything is as it was declared before, and guests of the next releases get no keys.";
  const cut = progress.underWay === next.id ? "was cut off, and is done again by" : "is next:";
  const back = progress.direction === "forward" ? `; \`${command} rollback\` goes back` : "";
  return `${next.id} ${cut} \`${command} resume\`${back}.`;
}
