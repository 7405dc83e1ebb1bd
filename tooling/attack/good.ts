import { baseNames, baseOf } from "../../attacks/bases";
import type { PlatformSetName } from "../../components/platform";
import { isChart } from "./trial";
import type { Bench, Reported } from "./preview";
import { preview, register } from "./preview";
import { placeOwner, placeProviders, sampleReleases } from "./sample";

/** What was reported of good objects: nothing is expected, warnings of what is not known yet apart. */
export async function falseAlarms(bench: Bench, pack: string): Promise<Reported[]> {
  const alarms: Reported[] = [];
  for (const charts of [false, true])
    alarms.push(
      ...(await preview({
        bench,
        pack,
        charts,
        program: (opts) => {
          for (const name of baseNames) {
            const pieces = baseOf(name);
            if (pieces.some(isChart) === charts) register(pieces, opts, `${name}/`);
          }
        },
      })),
    );
  return alarms;
}

/** The components of a whole factory, as the sample configuration wants them, by the charts of one platform set. */
export async function factoryAlarms(bench: Bench, pack: string, set: PlatformSetName): Promise<Reported[]> {
  const sample = sampleReleases(set);
  const alarms: Reported[] = [];
  // Two stacks, as the parties have them.
  for (const place of [placeOwner, placeProviders])
    alarms.push(...(await preview({ bench, pack, charts: true, program: ({ provider }) => place(sample, provider) })));
  return alarms;
}
