import { join } from "node:path";
import { Command } from "commander";
import { runSteps } from "../progress";
import { cacheRoot } from "../toolchain/cache";
import { runMain, UserError } from "../ui";
import { oracles } from "./oracles";

interface Options {
  readonly record?: boolean;
  readonly firmware: readonly string[];
}

const names = oracles.map(({ name }) => name).join(", ");

/** `npm run oracles`: compares what this project computes with what independent programs compute. */
async function ask(wanted: readonly string[], { record = false, firmware }: Options, signal: AbortSignal) {
  for (const name of wanted)
    if (!oracles.some((each) => each.name === name)) throw new UserError(`"${name}" is no oracle; write ${names}.`);
  const notes: string[] = [];
  try {
    await runSteps(
      oracles
        .filter(({ name }) => wanted.length === 0 || wanted.includes(name))
        .map(({ name, title, run }) => ({
          title,
          run: (show) => {
            const directory = join(cacheRoot(), "oracles", name);
            const note = (line: string) => void notes.push(line);
            return run({ directory, env: process.env, signal, record, firmware, show, note });
          },
        })),
    );
  } finally {
    for (const line of notes) console.log(`  ${line}`);
  }
}

void runMain(async (signal) => {
  await new Command("npm run oracles --")
    .description("Compares measurements and policies with what independent programs say of the same inputs.")
    .argument("[oracle...]", `which to ask: ${names}; all by default`)
    .option("--record", "write the golden sets of the tests from the oracles' answers")
    .option(
      "--firmware <file>",
      "another OVMF to measure, e.g. Kata's AMDSEV.fd; may be repeated",
      (file: string, before: readonly string[]) => [...before, file],
      [] as readonly string[],
    )
    .action((wanted: string[], options: Options) => ask(wanted, options, signal))
    .parseAsync();
});
