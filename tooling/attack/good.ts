import { baseNames, baseOf, isolationUnitOf, resourcesOf } from "../../attacks/bases";
import { refusing } from "../../attacks/judge";
import type { PlatformSetName } from "../../components/platform";
import type { Rule } from "../../policies/rule";
import { inTurns } from "./inTurns";
import { isChart } from "./trial";
import type { Bench, Reported } from "./preview";
import { preview, register } from "./preview";
import { placeProviders, placeTrustee, placeWorkloads, sampleReleases } from "./sample";

/** An application without anything confidential: it stands in each stack beside the others. */
const plain = "plain";

/**
 * Bases that can be in one stack: a provider's hosts and an owner's key broker cannot, nor can two sets of operators. As
 * few stacks as may be, since each takes seconds; a base that no stack takes is previewed alone, and shows there.
 */
export function goodStacks(rules: readonly Rule[]): string[][] {
  const charts = (names: readonly string[]) => names.some((name) => baseOf(name).some(isChart));
  const stacks: string[][] = [];
  for (const name of baseNames.filter((each) => each !== plain)) {
    const fits = (stack: readonly string[]) =>
      charts(stack) === charts([name]) &&
      unitOf(stack) === isolationUnitOf(name) &&
      refusing(
        rules,
        [...stack, name].flatMap((each) => resourcesOf(baseOf(each), `${each}/`)),
        isolationUnitOf(name),
      ).length === 0;
    const stack = stacks.find(fits);
    if (stack) stack.push(name);
    else stacks.push([plain, name]);
  }
  return stacks;
}

const unitOf = (names: readonly string[]) => names.map(isolationUnitOf).find((unit) => unit !== undefined);

/** What was reported of good objects: nothing is expected, warnings of what is not known yet apart. */
export async function falseAlarms(bench: Bench, pack: string, rules: readonly Rule[]): Promise<Reported[]> {
  const alarms: Reported[] = [];
  await inTurns(goodStacks(rules), async (names) => {
    const program: Parameters<typeof preview>[0]["program"] = (opts) => {
      for (const name of names) register(baseOf(name), opts, `${name}/`);
    };
    const charts = names.some((name) => baseOf(name).some(isChart));
    alarms.push(...(await preview({ bench, pack, charts, isolationUnit: unitOf(names), program })));
  });
  return alarms;
}

/** The components of a whole factory, as the sample configuration wants them, by the charts of some platform sets. */
export async function factoryAlarms(bench: Bench, pack: string, sets: readonly PlatformSetName[]): Promise<Reported[]> {
  const alarms: Reported[] = [];
  // Stacks of their own, as the parties have them.
  const stacks = sets.flatMap((set) => {
    const sample = sampleReleases(set);
    return [placeTrustee, placeProviders, placeWorkloads].map((place) => ({ sample, place }));
  });
  await inTurns(stacks, async ({ sample, place }) => {
    alarms.push(...(await preview({ bench, pack, charts: true, program: ({ provider }) => place(sample, provider) })));
  });
  return alarms;
}
