import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { ensureToolchain } from "../tooling/toolchain/ensure";
import { runMain, UserError } from "../tooling/ui";
import { plotSvg } from "./plot";
import { publish } from "./report";
import type { Circumstances, SizeResult } from "./scale/run";
import { measureSize } from "./scale/run";
import { kindOf, scalePlots, scaleReport } from "./scale/summary";
import type { Operation } from "./scale/variants";
import { engineModes, kubectlTitle, operations } from "./scale/variants";

interface Options {
  readonly workloads: readonly number[];
  readonly rounds: number;
  readonly variants?: readonly string[];
  readonly operations: readonly Operation[];
  readonly admission: boolean;
  /** By commander's `--no-wait`. */
  readonly wait: boolean;
  /** By commander's `--no-events`. */
  readonly events: boolean;
  readonly perStack: number;
  readonly results?: string;
  readonly plots?: string;
  readonly quick?: boolean;
}

/** As it comes the engine rewrites its whole state at each step, which is quadratic. */
const mostWorkloadsByFile = 100;

const count = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 8000)
    throw new InvalidArgumentError(`"${text}" is no number from 1 to 8000.`);
  return value;
};

function operationsNamed(text: string): Operation[] {
  return text.split(",").map((part) => {
    const operation = operations.find((name) => name === part.trim());
    if (!operation) throw new InvalidArgumentError(`"${part}" is none of ${operations.join(", ")}.`);
    return operation;
  });
}

const variantTitles = [...engineModes.map(({ title }) => title), kubectlTitle];

function variantsNamed(text: string): string[] {
  return text.split(",").map((part) => {
    const title = part.trim();
    if (!variantTitles.includes(title))
      throw new InvalidArgumentError(`"${title}" is none of ${variantTitles.join(", ")}.`);
    return title;
  });
}

function optionsOf(args: readonly string[]): Options {
  return new Command("bench -- scale")
    .description("what factories of many workloads cost, by the engine and by kubectl")
    .option("--workloads <numbers>", "sizes, with commas", (text) => text.split(",").map(count), [1, 10, 100, 1000])
    .option("--rounds <number>", "how often each is measured", count, 1)
    .option("--variants <names>", `of ${variantTitles.join(", ")}`, variantsNamed)
    .option("--operations <names>", `of ${operations.join(", ")}; the first is always measured`, operationsNamed, [
      ...operations,
    ])
    .option("--admission", "with the rules in force in the cluster, which judges each request by them", false)
    .option("--no-wait", "updates end when the cluster has their objects, whether models are ready or not")
    .option("--no-events", "the deployer may not read events, as large factories do better without (docs/scale.md)")
    .option(
      "--per-stack <number>",
      "workloads of one stack at most; more are divided among shards, one after the other",
      count,
      0,
    )
    .option("--results <file>", "keeps what each size took there; sizes that it has already are not measured again")
    .option("--plots <directory>", "where to write SVG plots")
    .option("--quick", "small sizes alone")
    .parse(args, { from: "user" })
    .opts<Options>();
}

/** A large factory takes an hour: what is measured outlives an interruption. */
function keptResults(file: string): SizeResult[] {
  if (!existsSync(file)) return [];
  const kept = resultsSchema.safeParse(jsonOf(readFileSync(file, "utf8")));
  if (!kept.success)
    throw new UserError(
      `--results: ${file} is no list of results, as this command writes it.`,
      "Name another file, or delete this one: everything is measured anew then.",
    );
  return kept.data as unknown as SizeResult[];
}

const resultsSchema = z.array(
  z.looseObject({
    workloads: z.int(),
    hosts: z.int(),
    admission: z.boolean(),
    unawaited: z.boolean(),
    withoutEvents: z.boolean(),
    perStack: z.int(),
    measurements: z.array(
      z.looseObject({ variant: z.string(), operation: z.enum(operations), cost: z.looseObject({}) }),
    ),
    resources: z.record(z.string(), z.number()),
    stateBytes: z.record(z.string(), z.number()),
  }),
);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** `npm run bench -- scale`: each size on a control plane of its own, the variants taking turns on it. */
void runMain(async (signal) => {
  const options = optionsOf(process.argv.slice(2));
  const sizes = options.quick ? options.workloads.filter((size) => size <= 10) : options.workloads;
  const toolchain = await ensureToolchain({ groups: ["engine", "controlPlane"], signal });
  const circumstances: Circumstances = {
    admission: options.admission,
    unawaited: !options.wait,
    withoutEvents: !options.events,
    perStack: options.perStack,
  };
  const kind = kindOf(circumstances);
  const results = options.results === undefined ? [] : keptResults(options.results);
  for (const workloads of sizes) {
    if (results.some((result) => result.workloads === workloads && kindOf(result) === kind)) continue;
    const modes = engineModes.filter(({ title }) =>
      options.variants ? options.variants.includes(title) : title !== "file" || workloads <= mostWorkloadsByFile,
    );
    const home = mkdtempSync(join(tmpdir(), "trustfoundry-scale-"));
    try {
      const show = (line: string) => process.stderr.write(`${line}\n`);
      const { rounds } = options;
      const operations: readonly Operation[] = ["first", ...options.operations];
      results.push(
        await measureSize({
          workloads,
          ...circumstances,
          home,
          toolchain,
          modes,
          kubectl: options.variants?.includes(kubectlTitle) ?? true,
          rounds,
          operations,
          signal,
          show,
        }),
      );
      results.sort((a, b) => text(kindOf(a), kindOf(b)) || a.workloads - b.workloads);
      if (options.results !== undefined) writeFileSync(options.results, `${JSON.stringify(results)}\n`);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }
  publish(scaleReport(results));
  if (options.plots !== undefined) {
    mkdirSync(options.plots, { recursive: true });
    for (const [name, plot] of Object.entries(scalePlots(results)))
      writeFileSync(join(options.plots, `${name}.svg`), plotSvg(plot));
  }
});
