import type { RuleAttack } from "../../attacks/attack";
import { isolationUnitOf, resourcesOf } from "../../attacks/bases";
import { stage } from "../../attacks/judge";
import type { Staged } from "../../attacks/judge";
import type { Piece } from "../../attacks/change";
import type { IsolationUnit } from "../../policies/isolation";
import { appliesTo } from "../../policies/isolation";
import type { Rule } from "../../policies/rule";
import type { Bench, Reported } from "./preview";
import { preview, register } from "./preview";

/** An attack, ready to be tried. */
export interface Trial extends Staged {
  readonly attack: RuleAttack;
  /** Whether a rule about the stack as a whole is meant: then nothing else may be in the preview. */
  readonly wholeStack: boolean;
  /** What the settings of its stack say. */
  readonly isolationUnit: IsolationUnit | undefined;
}

export function trialOf(attack: RuleAttack, rules: readonly Rule[]): Trial {
  const named = [attack.rule, ...(attack.alsoBlockedBy ?? [])];
  const wholeStack = rules.some(({ id, scope }) => scope === "stack" && named.includes(id));
  return { attack, wholeStack, isolationUnit: isolationUnitOf(attack.base), ...stage(attack) };
}

/** Charts and manifests from elsewhere, which the real plugin would fetch. */
export const isChart = ({ type }: Pick<Piece, "type">) => /^kubernetes:(helm\.sh|yaml|kustomize)/.test(type);

/** Rules that refused, by attack. */
export type Refusals = ReadonlyMap<string, readonly string[]>;

/**
 * Previews attacks on single resources side by side, each resource under its attack's id: one preview for what the real
 * Kubernetes provider looks at, one for charts, and those of each isolation unit by themselves. Rules about whole stacks are not asked here, since all attacks are one
 * stack.
 */
export async function previewResources(
  bench: Bench,
  pack: string,
  trials: readonly Trial[],
  rules: readonly Rule[],
): Promise<Refusals> {
  const ofStacks = new Set(rules.filter(({ scope }) => scope === "stack").map(({ id }) => id));
  const said: Reported[] = [];
  const kinds = [undefined, "node" as const].flatMap((isolationUnit) =>
    [false, true].map((charts) => ({ isolationUnit, charts })),
  );
  for (const { isolationUnit, charts } of kinds) {
    const pieces = trials
      .filter((trial) => trial.isolationUnit === isolationUnit)
      .flatMap(({ attack, touched }) =>
        touched.filter((piece) => isChart(piece) === charts).map((piece) => ({ attack, piece })),
      );
    if (pieces.length === 0) continue;
    const reported = await preview({
      bench,
      pack,
      charts,
      isolationUnit,
      program: (opts) => {
        for (const { attack, piece } of pieces) register([piece], opts, `${attack.id}/`);
      },
    });
    said.push(...reported.filter(({ rule, level }) => level === "mandatory" && !ofStacks.has(rule)));
  }
  return byAttack(trials, said);
}

/** Previews attacks on whole stacks, each with everything that belongs to its base and under its own id. */
export async function previewStacks(bench: Bench, pack: string, trials: readonly Trial[]): Promise<Refusals> {
  const charts = trials.some(({ pieces }) => pieces.some(isChart));
  const reported = await preview({
    bench,
    pack,
    charts,
    isolationUnit: trials[0]?.isolationUnit,
    program: (opts) => {
      for (const { attack, pieces } of trials) register(pieces, opts, `${attack.id}/`);
    },
  });
  return byAttack(
    trials,
    reported.filter(({ level }) => level === "mandatory"),
  );
}

/**
 * Attacks on whole stacks that do not disturb each other, so that they can share a preview: an engine and a pack take
 * seconds to start. Whether they do is found out in this process; what the preview says is compared all the same.
 */
export function undisturbed(trials: readonly Trial[], rules: readonly Rule[]): Trial[][] {
  const ofStacks = rules.filter(({ scope }) => scope === "stack");
  const said = (group: readonly Trial[]) => {
    const resources = group.flatMap(({ attack, pieces }) => resourcesOf(pieces, `${attack.id}/`));
    const asked = ofStacks.filter((rule) => appliesTo(rule, group[0]?.isolationUnit));
    const findings = asked.flatMap((rule) =>
      rule.evaluate(resources).findings.map(({ resource }) => ({ rule: rule.id, resource: resource.name })),
    );
    return byAttack(group, findings);
  };
  const groups: Trial[][] = [];
  for (const trial of trials) {
    const fits = (group: Trial[]) => {
      if (group.some(hasCharts) !== hasCharts(trial)) return false;
      if (group.some(({ isolationUnit }) => isolationUnit !== trial.isolationUnit)) return false;
      const together = said([...group, trial]);
      return [...group, trial].every(({ attack }, index, all) => {
        const alone = said(all.slice(index, index + 1)).get(attack.id);
        return together.get(attack.id)?.join() === alone?.join();
      });
    };
    const group = groups.find(fits);
    if (group) group.push(trial);
    else groups.push([trial]);
  }
  return groups;
}

const hasCharts = ({ pieces }: Trial) => pieces.some(isChart);

function byAttack(
  trials: readonly Trial[],
  said: readonly { readonly rule: string; readonly resource: string }[],
): Refusals {
  const found = new Map(trials.map(({ attack }) => [attack.id, new Set<string>()]));
  for (const { rule, resource } of said) found.get(resource.split("/")[0] ?? "")?.add(rule);
  return new Map([...found].map(([id, refusing]) => [id, [...refusing].sort()]));
}
