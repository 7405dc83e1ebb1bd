import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runMain } from "../tooling/ui";
import { publish, ratio, roundsOf, spread } from "./report";
import { runProgram } from "./start/run";
import type { Started } from "./start/stacks";
import { startedStacks } from "./start/stacks";

const rounds = roundsOf(7);

/**
 * `npm run bench -- start`: how long each role's program takes to its first resource on each platform, and how much memory.
 * The programs are the real ones, each in a process of its own; Pulumi's mocks stand in for engine and providers, whose
 * own start is not in the figures. Programs take turns, so that a machine that slows down slows down all of them.
 */
void runMain(async (signal) => {
  const home = mkdtempSync(join(tmpdir(), "trustfoundry-bench-"));
  const { stacks, close } = await startedStacks(home);
  try {
    const results = new Map<string, Started[]>();
    for (let round = -1; round < rounds; round++)
      for (const [title, stack] of stacks) {
        signal.throwIfAborted();
        const file = join(home, "stack.json");
        writeFileSync(file, JSON.stringify(stack), { mode: 0o600 });
        const started = await runProgram(file, { signal });
        // The first round fills the caches of tsx and of the file system.
        if (round >= 0) results.set(title, [...(results.get(title) ?? []), started]);
      }
    const seconds = (ms: number) => (ms / 1000).toFixed(2);
    const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
    const firsts = ([, all]: readonly [string, readonly Started[]]) =>
      all.map(({ firstResourceMs }) => firstResourceMs);
    const rows = [...results];
    const [trust, ...others] = rows;
    console.log("\nEngine and providers are Pulumi's mocks.");
    publish({
      part: "start",
      tables: [
        {
          columns: [
            ...["program", "resources", "first resource, s", "memory then, MiB", "all registered, s"],
            "most memory, MiB",
          ],
          rows: rows.map(([title, all]) => [
            title,
            String(all[0]?.resources),
            spread(
              all.map(({ firstResourceMs }) => firstResourceMs),
              seconds,
            ),
            spread(
              all.map(({ firstResourceRss }) => firstResourceRss),
              mib,
            ),
            spread(
              all.map(({ allMs }) => allMs),
              seconds,
            ),
            spread(
              all.map(({ peakRss }) => peakRss),
              mib,
            ),
          ]),
        },
      ],
      ratios: trust
        ? others.map((row) => ratio(`first resource of ${row[0]} / of ${trust[0]}`, firsts(row), firsts(trust)))
        : [],
    });
  } finally {
    close();
    rmSync(home, { recursive: true });
  }
});
