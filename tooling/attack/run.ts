import { randomInt } from "node:crypto";
import { setMaxListeners } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configurationAttacks, ruleAttacks } from "../../attacks/corpus";
import { platformSetNames } from "../../components/platform";
import type { Rule } from "../../policies/rule";
import { rules as allRules } from "../../policies/rules";
import { runSteps } from "../progress";
import { ensureToolchain } from "../toolchain/ensure";
import type { AttackedCluster } from "./cluster";
import { startCluster } from "./cluster";
import { configurationProblems, configurationRefused } from "./configuration";
import { factoryAlarms, falseAlarms } from "./good";
import { inTurns } from "./inTurns";
import type { Result } from "./matrix";
import type { Bench } from "./preview";
import { Admission, isAdmitted } from "./requests";
import { packWithout, standInPlugins } from "./scratch";
import type { Trial } from "./trial";
import { previewResources, previewStacks, trialOf, undisturbed } from "./trial";

export interface RunArgs {
  /** Rules to be taken out, to see what then gets through. Default none. */
  readonly without?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface Outcome {
  readonly rules: readonly Rule[];
  readonly removed: readonly string[];
  readonly results: readonly Result[];
  /** What was said of good objects, as sentences. */
  readonly falseAlarms: readonly string[];
  /** Configuration attacks that were refused where they have to be. */
  readonly configurationRefused: number;
  /** Anything else that is not as it has to be: configuration, the API server's own answers, the matrix. */
  readonly problems: readonly string[];
  /** Rules that were really taken out to compare with the matrix. */
  readonly takenOut: number;
}

/** Tries every attack for real, or those that concern the rules to be taken out. */
export async function run({ without = [], signal }: RunArgs): Promise<Outcome> {
  // Each preview and request under way listens to it: more than the ten that Node takes for a leak.
  if (signal) setMaxListeners(0, signal);
  const toolchain = await ensureToolchain({ groups: ["engine", "controlPlane"], signal });
  const scratch = mkdtempSync(join(tmpdir(), "trustfoundry-attack-"));
  const bench: Bench = { ...toolchain, scratch, plugins: standInPlugins(join(scratch, "plugins")), signal };
  const rules = allRules.filter(({ id }) => !without.includes(id));
  const concerned = ruleAttacks.filter(
    ({ rule, alsoBlockedBy = [] }) =>
      without.length === 0 || [rule, ...alsoBlockedBy].some((id) => without.includes(id)),
  );
  const trials = concerned.map((attack) => trialOf(attack, allRules));
  const pack = packWithout(without, join(scratch, "pack"));
  const whole = without.length === 0;

  const previews = new Map<string, readonly string[]>();
  const admissions = new Map<string, readonly string[]>();
  const alarms: string[] = [];
  const problems: string[] = [];
  let takenOut = 0;
  let cluster: AttackedCluster | undefined;

  const previewed = trials.filter(({ attack }) => attack.where !== "admission");
  const single = previewed.filter(({ wholeStack }) => !wholeStack);
  const requested = trials.filter(({ attack }) => attack.where !== "preview");

  try {
    await runSteps([
      ...(whole
        ? [
            {
              title: `Change the sample configuration in ${configurationAttacks.length} ways`,
              run: () => {
                problems.push(...configurationProblems(configurationAttacks));
                return Promise.resolve(`${configurationRefused(configurationAttacks)} refused by path`);
              },
            },
            {
              title: "Preview what is good: no rule may say anything",
              run: async () => {
                const said = await falseAlarms(bench, pack, rules);
                said.push(...(await factoryAlarms(bench, pack, platformSetNames)));
                const refusing = said.filter(({ level }) => level === "mandatory");
                alarms.push(
                  ...refusing.map(({ rule, resource, message }) => `${rule} at ${resource}: ${lineOf(message)}`),
                );
                return `${alarms.length} false alarms`;
              },
            },
          ]
        : []),
      {
        title: `Preview ${single.length} attacks on single resources`,
        run: async () => {
          for (const [id, refusing] of await previewResources(bench, pack, single, rules)) previews.set(id, refusing);
          return `${refusedIn(previews, single)} refused`;
        },
      },
      {
        title: `Preview ${previewed.length - single.length} attacks on whole stacks`,
        run: async (show) => {
          const stacks = previewed.filter(({ wholeStack }) => wholeStack);
          const groups = undisturbed(stacks, allRules);
          await inTurns(groups, async (group) => {
            show(group.map(({ attack }) => attack.id).join(", "));
            for (const [id, refusing] of await previewStacks(bench, pack, group)) previews.set(id, refusing);
          });
          return `${refusedIn(previews, stacks)} refused`;
        },
      },
      ...(whole
        ? [
            {
              title: "Preview them once more without every other rule, and without the others",
              run: async () => {
                const halves = halvesOf(rules.filter(({ scope }) => scope === "resource").map(({ id }) => id));
                for (const [index, removed] of halves.entries()) {
                  const half = packWithout(removed, join(scratch, `half-${index}`));
                  problems.push(...differences(await previewResources(bench, half, single, rules), previews, removed));
                }
                takenOut = halves.flat().length;
                return `${takenOut} rules taken out`;
              },
            },
          ]
        : []),
      {
        title: "Start an API server and put the rules' policies in force",
        run: async () => {
          mkdirSync(scratch, { recursive: true });
          cluster = await startCluster(scratch, toolchain.binDir, signal);
        },
      },
      {
        title: `Ask it for ${requested.length} attacks, as dry runs`,
        run: async () => {
          if (!cluster) return;
          const admission = await Admission.open(cluster.api, rules, trials, signal);
          await admission.settle(requested.filter(({ attack }) => rules.some(({ id }) => id === attack.rule)));
          for (const trial of requested) {
            const answers = await admission.attack(trial);
            admissions.set(trial.attack.id, [...new Set(answers.flatMap((answer) => answer.rules))].sort());
            const foreign = answers.filter((answer) => !isAdmitted(answer) && answer.rules.length === 0);
            if (trial.attack.request?.verb !== "connect")
              problems.push(
                ...foreign.map(({ message }) => `${trial.attack.id}: the API server itself says: ${lineOf(message)}`),
              );
          }
          if (whole) alarms.push(...(await admission.falseAlarms()));
          return `${refusedIn(admissions, requested)} refused`;
        },
      },
    ]);
  } finally {
    await cluster?.destroy();
    rmSync(scratch, { recursive: true, force: true });
  }
  return {
    rules,
    removed: without,
    results: concerned.map((attack) => ({
      attack,
      ...(previews.has(attack.id) && { preview: previews.get(attack.id) }),
      ...(admissions.has(attack.id) && { admission: admissions.get(attack.id) }),
    })),
    falseAlarms: alarms,
    configurationRefused: whole ? configurationRefused(configurationAttacks) : 0,
    problems,
    takenOut,
  };
}

/** Two halves of the rules, other ones at each run. */
function halvesOf(ids: readonly string[]): [string[], string[]] {
  const halves: [string[], string[]] = [[], []];
  const shuffled = ids.map((id) => ({ id, at: randomInt(1_000_000) })).sort((a, b) => a.at - b.at);
  shuffled.forEach(({ id }, index) => halves[index % 2 === 0 ? 0 : 1].push(id));
  return halves;
}

/** Where a run without some rules is not what the run with all of them lets expect. */
function differences(
  found: ReadonlyMap<string, readonly string[]>,
  before: ReadonlyMap<string, readonly string[]>,
  removed: readonly string[],
): string[] {
  return [...found].flatMap(([id, refusing]) => {
    const expected = (before.get(id) ?? []).filter((rule) => !removed.includes(rule));
    if (expected.join() === refusing.join()) return [];
    return [
      `${id}: with rules taken out it was refused by ${refusing.join(", ") || "nothing"}, not ${expected.join(", ") || "nothing"}`,
    ];
  });
}

function refusedIn(found: ReadonlyMap<string, readonly string[]>, trials: readonly Trial[]): number {
  return trials.filter(({ attack }) => (found.get(attack.id)?.length ?? 0) > 0).length;
}

/** The part of a message that says what is wrong; title, threat and remedy are in the docs. */
function lineOf(message: string): string {
  const lines = message.split("\n");
  return lines.length > 2 ? (lines[1] ?? message) : (lines[0] ?? message);
}
