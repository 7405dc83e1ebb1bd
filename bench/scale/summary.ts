import type { Plot } from "../plot";
import type { Ratio, Report, Table } from "../report";
import { ratio, spread } from "../report";
import type { Cost } from "./meter";
import type { Circumstances, SizeResult } from "./run";
import type { Operation } from "./variants";
import { operations } from "./variants";

const mib = 2 ** 20;

/** All figures of one kind: several where there were several rounds. */
function costs(result: SizeResult, variant: string, operation: Operation): Cost[] {
  return result.measurements
    .filter((measurement) => measurement.variant === variant && measurement.operation === operation)
    .map(({ cost }) => cost);
}

function variantsOf(results: readonly SizeResult[]): string[] {
  return [...new Set(results.flatMap(({ measurements }) => measurements.map(({ variant }) => variant)))];
}

/** How steeply y grows with x: the exponent of the power through the first and the last point. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const sorted = [...points].sort((a, b) => a.x - b.x);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last || first.x === last.x) return Number.NaN;
  return Math.log(last.y / first.y) / Math.log(last.x / first.x);
}

/** The circumstances of a result in words, empty for the usual: results of one kind are compared. */
export const kindOf = ({ admission, unawaited, withoutEvents, perStack }: Circumstances): string =>
  [
    admission ? ", rules in force" : "",
    unawaited ? ", not waited for" : "",
    withoutEvents ? ", events not read" : "",
    perStack ? `, ${perStack.toLocaleString("en")} a stack` : "",
  ].join("");

/** A size as people read it. */
const sizeOf = (result: SizeResult) => `${result.workloads.toLocaleString("en")}${kindOf(result)}`;

/** Results by their kind, the one with most sizes first. */
function kinds(results: readonly SizeResult[]): [kind: string, results: readonly SizeResult[]][] {
  return [...new Set(results.map(kindOf))]
    .map((kind): [string, readonly SizeResult[]] => [kind, results.filter((result) => kindOf(result) === kind)])
    .sort(([, a], [, b]) => b.length - a.length);
}

function pointsOf(results: readonly SizeResult[], variant: string, operation: Operation, of: (cost: Cost) => number) {
  return results.flatMap((result) =>
    costs(result, variant, operation).map((cost) => ({ x: result.workloads, y: of(cost) })),
  );
}

/** What both take at most, as if both did at the same time. */
const programAndEngine = ({ peakByRole }: Cost) => (peakByRole.program ?? 0) + (peakByRole.pulumi ?? 0);

/** The targets of a large factory, at each size that was measured. */
export function scaleRatios(results: readonly SizeResult[]): Ratio[] {
  const cpu = (each: readonly Cost[]) => each.map(({ cpuSeconds }) => cpuSeconds);
  const wall = (each: readonly Cost[]) => each.map(({ seconds }) => seconds);
  const perSize = results.flatMap((result) => {
    const of = (variant: string, operation: Operation) => costs(result, variant, operation);
    const at = (what: string) => `${result.workloads.toLocaleString("en")} workloads${kindOf(result)}: ${what}`;
    const journal = of("journal", "first");
    if (journal.length === 0) return [];
    const all = operations.flatMap((operation) => of("journal", operation));
    return [
      ratio(at("first up / without checkpoints, time"), wall(journal), wall(of("no checkpoints", "first")), 1.5),
      ratio(at("first up / without checkpoints, CPU"), cpu(journal), cpu(of("no checkpoints", "first"))),
      ratio(at("first up / kubectl apply, time"), wall(journal), wall(of("kubectl", "first")), 8),
      ratio(at("first up / kubectl apply, CPU"), cpu(journal), cpu(of("kubectl", "first"))),
      ratio(at("no-op up / kubectl diff, time"), wall(of("journal", "again")), wall(of("kubectl", "again")), 2),
      ratio(at("no-op up / kubectl diff, CPU"), cpu(of("journal", "again")), cpu(of("kubectl", "again"))),
      {
        what: at("peak memory of program and engine / 1.5 GB"),
        value: Math.max(...all.map(programAndEngine)) / 1.5e9,
        target: 1,
      },
      {
        what: at("peak memory with plugin and state service / 1.5 GB"),
        value: Math.max(...all.map(({ peakBytes }) => peakBytes)) / 1.5e9,
      },
    ];
  });
  const slopes = kinds(results).flatMap(([kind, all]) => {
    const large = all.filter(({ workloads }) => workloads >= 100);
    return [
      {
        what: `slope of first up from 100 workloads on${kind}, time`,
        value: slope(pointsOf(large, "journal", "first", ({ seconds }) => seconds)),
        target: 1.1,
      },
      {
        what: `slope of first up from 100 workloads on${kind}, CPU`,
        value: slope(pointsOf(large, "journal", "first", ({ cpuSeconds }) => cpuSeconds)),
      },
    ];
  });
  return [...perSize, ...slopes].filter(({ value }) => Number.isFinite(value));
}

export function scaleReport(results: readonly SizeResult[]): Report {
  const rows = results.flatMap((result) =>
    variantsOf([result]).flatMap((variant) =>
      operations.flatMap((operation) => {
        const all = costs(result, variant, operation);
        if (all.length === 0) return [];
        const column = (of: (cost: Cost) => number) => spread(all.map(of));
        return [
          [
            sizeOf(result),
            variant,
            operation,
            column(({ seconds }) => seconds),
            column(({ cpuSeconds }) => cpuSeconds),
            column(({ controlPlaneCpuSeconds }) => controlPlaneCpuSeconds),
            spread(
              all.map(({ peakBytes }) => peakBytes / mib),
              (value) => value.toFixed(0),
            ),
            column(({ load }) => load),
          ],
        ];
      }),
    ),
  );
  const states: Table = {
    columns: ["workloads", "nodes", "variant", "resources", "state, MiB"],
    rows: results.flatMap((result) =>
      variantsOf([result]).map((variant) => [
        sizeOf(result),
        result.hosts.toLocaleString("en"),
        variant,
        (result.resources[variant] ?? 0).toLocaleString("en"),
        ((result.stateBytes[variant] ?? 0) / mib).toFixed(1),
      ]),
    ),
  };
  const columns = ["workloads", "variant", "what", "s", "CPU, s", "control plane's CPU, s", "peak memory, MiB", "load"];
  return { part: "scale", tables: [{ columns, rows }, states], ratios: scaleRatios(results), data: results };
}

/** Time and memory over workloads, by file name: of the kind that was measured at most sizes. */
export function scalePlots(results: readonly SizeResult[]): Record<string, Plot> {
  const [[kind, compared] = ["", []]] = kinds(results);
  const curves = (operation: Operation, of: (cost: Cost) => number) =>
    variantsOf(compared)
      .map((title) => ({ title, points: pointsOf(compared, title, operation, of) }))
      .filter(({ points }) => points.length > 0);
  const plot = (title: string, yTitle: string, operation: Operation, of: (cost: Cost) => number): Plot => ({
    title: `${title}${kind}`,
    xTitle: "workloads",
    yTitle,
    curves: curves(operation, of),
  });
  return {
    "scale-first-time": plot("First up", "seconds", "first", ({ seconds }) => seconds),
    "scale-first-cpu": plot("First up, CPU time", "seconds of CPU", "first", ({ cpuSeconds }) => cpuSeconds),
    "scale-again-cpu": plot("No change, CPU time", "seconds of CPU", "again", ({ cpuSeconds }) => cpuSeconds),
    "scale-memory": plot("First up, peak memory", "MiB", "first", ({ peakBytes }) => peakBytes / mib),
  };
}
