import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { runMain } from "../tooling/ui";
import { runProgram } from "./start/run";
import type { Started } from "./start/stacks";
import { startedStacks } from "./start/stacks";

const rounds = 7;

/**
 * `npm run bench:start`: how long each role's program takes to its first resource on each platform, and how much memory.
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
    console.log(
      `\n${cpus().length} CPUs (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; ` +
        `median of ${rounds} rounds (least–most); engine and providers are Pulumi's mocks\n`,
    );
    const seconds = (ms: number) => (ms / 1000).toFixed(2);
    const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
    console.log(
      "| program | resources | first resource, s | memory then, MiB | all registered, s | most memory, MiB |",
    );
    console.log("| --- | --- | --- | --- | --- | --- |");
    for (const [title, all] of results) {
      const column = (value: (each: Started) => number, text: (value: number) => string) =>
        spread(all.map(value), text);
      console.log(
        `| ${[
          title,
          String(all[0]?.resources),
          column((each) => each.firstResourceMs, seconds),
          column((each) => each.firstResourceRss, mib),
          column((each) => each.allMs, seconds),
          column((each) => each.peakRss, mib),
        ].join(" | ")} |`,
      );
    }
  } finally {
    close();
    rmSync(home, { recursive: true });
  }
});

function spread(values: readonly number[], text: (value: number) => string): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => text(sorted[index] ?? Number.NaN);
  return `${at(Math.floor(sorted.length / 2))} (${at(0)}–${at(sorted.length - 1)})`;
}
